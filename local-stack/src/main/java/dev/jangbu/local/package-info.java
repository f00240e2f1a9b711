/**
 * The whole system on one machine, as processes: what {@code ./jangbu} runs.
 *
 * <p>{@link dev.jangbu.local.Jangbu} is the command line, {@link dev.jangbu.local.Supervisor} the story of {@code up},
 * and each part of the stack is one class that says how it is started and when it is ready.
 */
@NullMarked
package dev.jangbu.local;

import org.jspecify.annotations.NullMarked;
