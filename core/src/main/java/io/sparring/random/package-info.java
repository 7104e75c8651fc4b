/** The one source of random numbers: streams named by (seed, shard, environment, purpose), whose states are values. */
package io.sparring.random;
