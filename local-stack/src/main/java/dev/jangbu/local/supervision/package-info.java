/** Starts, restarts and stops the processes of the stack: {@link dev.jangbu.local.supervision.Supervisor}. */
@NullMarked
package dev.jangbu.local.supervision;

import org.jspecify.annotations.NullMarked;
