/** The Spark application around a command: its settings, its start, and what clusters, signals and lost executors have to say to the user. */
package io.sparring.spark.session;
