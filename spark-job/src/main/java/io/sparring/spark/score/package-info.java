/**
 * A trained policy applied to tables: {@code Policy} from Java and by {@code sparring score}, {@code PolicyFunction} within SQL. What it computes is
 * core's, a thousand rows at a time; this is how they come from Spark's rows and go back there.
 */
package io.sparring.spark.score;
