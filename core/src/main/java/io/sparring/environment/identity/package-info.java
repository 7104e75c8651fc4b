/** The identity tasks: say what you see. A trainer that cannot learn these in seconds is broken. */
package io.sparring.environment.identity;
