/** The stack that test classes share, and a marketplace that uses it. */
@NullMarked
package dev.jangbu.proving.stack;

import org.jspecify.annotations.NullMarked;
