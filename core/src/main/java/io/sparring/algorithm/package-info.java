/**
 * The algorithms, each from top to bottom in one file.
 *
 * <pre>
 *   A2c          the loop: roll out and take gradients, average, clip, step, evaluate, record
 *   Rounds       where its rounds are computed: LocalRounds (here, one thread) or Spark
 *   A3cWorker    the loop of a worker that waits for nobody: act, take gradient steps, push, pull
 *   A3c          the driver's side of it: the global parameters, evaluations, records, the end
 *   Workers      where these workers run: SteppedWorkers (here, one thread), ThreadWorkers or Spark
 *   ShardWorker  one round of one shard, a pure function: (model, shard) → (gradient, statistics, shard′)
 * </pre>
 */
package io.sparring.algorithm;
