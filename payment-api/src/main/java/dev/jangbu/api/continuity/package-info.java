/** Detects a payments database that was restored to an earlier time, and refuses to write to it. */
@NullMarked
package dev.jangbu.api.continuity;

import org.jspecify.annotations.NullMarked;
