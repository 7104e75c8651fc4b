/**
 * Sparring on Spark: the rounds on RDDs, the run's folder on a Hadoop file system, and the command line. No mathematics.
 *
 * <pre>
 *   Main ──▶ TrainCommand ──▶ A2c (core) ──▶ SparkRounds ──▶ executors: ShardWorker (core)
 *                 │
 *                 ├─▶ A3c (core) ──▶ SparkWorkers ──▶ executors: A3cWorker (core), by AeronTransport
 *                 │
 *                 └─▶ RunFolder (checkpoints, metrics, events, report) · Progress (the bar)
 * </pre>
 */
package io.sparring.spark;
