/**
 * The way between workers and the parameter server: DL4J's {@code ModelParameterServer} over Aeron, as a star.
 *
 * <pre>
 *   executor's JVM                                    driver
 *   AeronChannel ─┐                                ┌─ ModelParameterServer
 *   AeronChannel ─┼─ StarTransport ◀── UDP ──▶ StarTransport ── handler: request → answer
 *   AeronChannel ─┘
 * </pre>
 *
 * <p>Messages are bytes in both directions, cut into frames; each frame is a number, a place in its message and a seal
 * (HMAC-SHA256) that is looked at before anything else. Nothing is ever deserialised.
 */
package io.sparring.aeron;
