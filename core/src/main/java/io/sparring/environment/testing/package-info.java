/** For those who write environments: the check that theirs keep what {@link io.sparring.environment.Environment} promises. */
package io.sparring.environment.testing;
