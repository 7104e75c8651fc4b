/**
 * Environments: B copies that step together, their spaces, and the names they are known by.
 *
 * <pre>
 *   seeds ──▶ reset ──▶ observations ──▶ (policy) ──▶ actions ──▶ step ──▶ observations, rewards, terminated, truncated
 *                             ▲                                               │
 *                             └───────────────────────────────────────────────┘
 *   snapshot ⇄ restore: the state as bytes, generators included
 * </pre>
 */
package io.sparring.environment;
