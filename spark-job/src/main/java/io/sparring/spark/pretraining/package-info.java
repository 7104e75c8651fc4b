/** {@code pretrain}: a first model from a table of what others did, before there is any interaction. */
package io.sparring.spark.pretraining;
