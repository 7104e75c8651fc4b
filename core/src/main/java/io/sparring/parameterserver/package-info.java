/**
 * Pushing and pulling parameters between workers that do not wait for each other and the server that holds the global ones.
 *
 * <pre>
 *   worker ── Channel.send ──▶ transport ──▶ UnaryOperator&lt;byte[]&gt;: request → answer (null: nothing is sent back)
 *      ▲                                             │
 *      └──────── Channel.receive ◀── transport ◀─────┘
 * </pre>
 *
 * <p>The two sides exchange bytes; a transport may lose, delay, double and reorder them. The server's end is called by the
 * transport's threads, so it is thread-safe.
 */
package io.sparring.parameterserver;
