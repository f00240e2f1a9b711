/** Writes the changelogs of lost stores again, from the entries. */
@NullMarked
package dev.jangbu.settlement.restore;

import org.jspecify.annotations.NullMarked;
