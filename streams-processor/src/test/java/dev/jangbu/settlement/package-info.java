/** The settlement's tests: its shape first, then what it does. */
@NullMarked
package dev.jangbu.settlement;

import org.jspecify.annotations.NullMarked;
