/**
 * Training on a cluster: what core does in one thread, in tasks. No mathematics.
 *
 * <pre>
 *   A2c (core) ──▶ SparkRounds ──▶ executors: A2c.round (core), with a ShardWorker from a WorkerPool
 *   A3c (core) ──▶ SparkWorkers ──▶ executors: A3cWorker (core) ──▶ AeronTransport ──▶ the driver's ParameterServer (core)
 * </pre>
 */
package io.sparring.spark.training;
