/** The actor-critic loss and its gradient with respect to the network's outputs, in closed form. */
package io.sparring.loss;
