/** Faults (kills, freezes, lost state) on a real broker, compared with an undisturbed run; and large state. */
@NullMarked
package dev.jangbu.settlement.torture;

import org.jspecify.annotations.NullMarked;
