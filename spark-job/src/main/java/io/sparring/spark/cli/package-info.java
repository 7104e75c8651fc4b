/**
 * The commands, as {@code submit/sparring} hands them over: each reads its options, says what is wrong with them before anything is started,
 * calls the rooms below and prints what came of it.
 *
 * <pre>
 *   Main ──▶ TrainCommand ──▶ A2c (core) ──▶ training ──▶ executors
 *        │        └─────────▶ folder (checkpoints, metrics, report) · Progress (the bar)
 *        ├─▶ EvaluateCommand, BenchCommand, DoctorCommand, …
 *        └─▶ SubmitCommand … Submission … ConcludeCommand: a driver somewhere on the cluster, and its result
 *
 *   cli ──▶ doctor ──▶ training ──▶ aeron
 *    │         └──────────┴──────▶ session
 *    └────▶ folder ──────────────────┘
 * </pre>
 */
package io.sparring.spark.cli;
