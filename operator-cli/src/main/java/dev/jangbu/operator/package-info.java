/**
 * The operator's commands. {@link dev.jangbu.operator.OperatorCli} is the program; each package below has one group of
 * commands; {@code installation} finds the parts that they work on.
 */
@NullMarked
package dev.jangbu.operator;

import org.jspecify.annotations.NullMarked;
