/**
 * A run's folder on any Hadoop file system, what is recorded there while a run goes on ({@code Recorder}), and what is read from it afterwards
 * ({@code SavedRun}, {@code RunResult}, {@code RunReport}).
 */
package io.sparring.spark.folder;
