/** What is wrong with a cluster, and what to set: {@code Doctor} has every JVM make its {@code Examination}, of which {@code Diagnosis} makes findings. */
package io.sparring.spark.doctor;
