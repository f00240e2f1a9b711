/** Output, failures and threads of a command. */
@NullMarked
package dev.jangbu.operator.console;

import org.jspecify.annotations.NullMarked;
