/**
 * The algorithms, each from top to bottom in one file.
 *
 * <pre>
 *   A2c          a shard's round, a pure function: (model, shard) → (gradient, what was seen, statistics, shard′); and the loop:
 *                average, clip, step, take in what was seen, evaluate, record
 *   RoundSum     what the shards of a round give together
 *   Rounds       where its rounds are computed: LocalRounds (here, one thread) or Spark
 *   A3cWorker    the loop of a worker that waits for nobody: act, take gradient steps, push, pull
 *   A3c          the driver's side of it: the global parameters, evaluations, records, the end
 *   Workers      where these workers run: SteppedWorkers (here, in turn), ThreadWorkers or Spark
 *   ShardWorker  what acting and learning need and nothing remembers: an environment, two readers of the model
 * </pre>
 */
package io.sparring.algorithm;
