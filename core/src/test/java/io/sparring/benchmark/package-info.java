/**
 * How long the inner parts take. Not tests: {@code mvn -P benchmark -pl core test-compile exec:exec} runs them, each JVM with
 * one native thread as a Spark task has, and {@code -Dbenchmark.arguments="Acting -f 1 -wi 2 -i 3"} hands JMH what to run and how
 * long.
 */
package io.sparring.benchmark;
