/** Advantage estimators: pure functions from rewards, values and ends of episodes to A. */
package io.sparring.advantage;
