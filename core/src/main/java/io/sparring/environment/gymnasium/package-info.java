/**
 * Gymnasium's environments, in Python processes beside the JVM.
 *
 * <pre>
 *   GymnasiumEnvironment ── actions, seeds ──▶ PythonWorker ══ pipes ══▶ worker.py: supervisor ─ worker ─ B environments
 *            ▲         ◀── observations, rewards ──┘
 *            └── StandingWorkers: processes that wait where some shard stands
 * </pre>
 *
 * <p>A snapshot is a value, (episode seed, actions since the reset) of every copy; a process is only a cache of it. Where none stands at that
 * value, a fresh one plays the actions again.
 */
package io.sparring.environment.gymnasium;
