/** The classic control tasks, equal to Gymnasium's step for step. */
package io.sparring.environment.classiccontrol;
