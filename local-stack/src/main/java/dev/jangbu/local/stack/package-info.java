/** The deployment on this machine: ports, secrets and the data directory. */
@NullMarked
package dev.jangbu.local.stack;

import org.jspecify.annotations.NullMarked;
