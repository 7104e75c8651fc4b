/**
 * Sweeps: which settings are tried (space, samplers), which trainings go on (schedulers), how a training is cut into slices that anybody can compute, and
 * what came of it. No Spark.
 */
package io.sparring.tuning;
