/** Bugs that are planted on purpose, to see that the audit and the clients' book catch them. */
@NullMarked
package dev.jangbu.proving.bugs;

import org.jspecify.annotations.NullMarked;
