/** Decisions by a person about outcomes that the PSP leaves open or contradictory. */
@NullMarked
package dev.jangbu.api.review;

import org.jspecify.annotations.NullMarked;
