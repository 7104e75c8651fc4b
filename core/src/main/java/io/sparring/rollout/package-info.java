/** Acting: T steps of B environments become one trajectory. */
package io.sparring.rollout;
