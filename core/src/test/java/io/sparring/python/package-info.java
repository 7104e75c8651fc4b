/** Python for tests: the real readers of the files that Sparring writes. */
package io.sparring.python;
