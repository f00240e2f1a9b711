/** Output and failures of a command. */
@NullMarked
package dev.jangbu.operator.console;

import org.jspecify.annotations.NullMarked;
