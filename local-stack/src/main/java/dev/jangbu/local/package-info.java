/**
 * The whole system as processes on one machine. {@link dev.jangbu.local.Jangbu} is the command line, {@link
 * dev.jangbu.local.UpCommand} starts and stops the stack.
 */
@NullMarked
package dev.jangbu.local;

import org.jspecify.annotations.NullMarked;
