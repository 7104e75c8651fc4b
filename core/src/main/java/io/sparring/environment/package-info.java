/**
 * Environments: B copies that step together, their spaces, and the names they are known by.
 *
 * <pre>
 *   seeds ──▶ reset ──▶ observations ──▶ (policy) ──▶ actions ──▶ step ──▶ observations, rewards, terminated, truncated
 *                             ▲                                               │
 *                             └───────────────────────────────────────────────┘
 *   snapshot ⇄ restore: the state as bytes, generators included
 *
 *   id, options ──▶ {@link EnvironmentFactory} ──▶ {@link EnvironmentSpec}, once; then an {@link EnvironmentSource} makes as many as are needed
 *   a source, name, arguments ──▶ {@link EnvironmentWrapper} ──▶ a source of the same with another one around it
 * </pre>
 */
package io.sparring.environment;
