/**
 * Wrappers: what may stand between an environment and who acts. Each is a file here and a line in
 * {@code META-INF/services/io.sparring.environment.EnvironmentWrapper}.
 *
 * <pre>
 *   actions ──▶ outermost ──▶ … ──▶ innermost ──▶ environment
 *   observations, rewards, ends  ◀──────────────────────┘
 *
 *   snapshot: the wrapper's own state, then the snapshot of what is within
 * </pre>
 *
 * <p>Most leave the copies together. Those that treat copies differently, because an episode is cut or an action goes on in some of them only,
 * step {@link io.sparring.environment.wrapper.Singles}.
 */
package io.sparring.environment.wrapper;
