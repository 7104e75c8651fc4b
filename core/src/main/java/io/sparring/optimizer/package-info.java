/** From a mean gradient to a step: clipping, schedules, and ND4J's updaters on flat vectors. */
package io.sparring.optimizer;
