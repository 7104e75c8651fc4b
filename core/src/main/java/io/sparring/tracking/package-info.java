/**
 * Runs as others look at them: what a training or a sweep does is told to a server, MLflow's, beside the work. Nobody waits for it, and nothing depends on it.
 *
 * <pre>
 *   TrackedRun ── numbers, tags, end ──▶ what waits (bounded) ── one thread ──▶ MlflowRequests ──▶ the server
 * </pre>
 */
package io.sparring.tracking;
