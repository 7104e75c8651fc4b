/**
 * Distributions over actions: how an action is drawn from what the policy head gives, how likely it was, and the derivatives
 * that the loss needs, in closed form.
 */
package io.sparring.policy;
