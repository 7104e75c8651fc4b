/**
 * DL4J and ND4J, for those who ask for them by {@code network.engine: dl4j}: the same parameters in a ComputationGraph of stock layers.
 * A room of its own, with the native libraries that nobody else loads.
 */
package io.sparring.dl4j;
