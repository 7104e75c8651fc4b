/** Trials on executors: long-lived tasks that ask the driver for slices. */
package io.sparring.spark.tuning;
