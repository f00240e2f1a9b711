/** The parts of the stack. Each class defines the command, the environment and the readiness check of one part. */
@NullMarked
package dev.jangbu.local.parts;

import org.jspecify.annotations.NullMarked;
