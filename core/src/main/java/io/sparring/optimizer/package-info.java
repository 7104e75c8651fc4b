/** From a mean gradient to a step: clipping, schedules, and the update rules on flat vectors. */
package io.sparring.optimizer;
