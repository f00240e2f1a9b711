/**
 * Torture: seeded load and faults on a stack of its own. Clients retry, repeat, disconnect and run concurrently; all
 * acknowledged answers are checked.
 */
@NullMarked
package dev.jangbu.proving.torture;

import org.jspecify.annotations.NullMarked;
