/** Comparing millions of things in bounded memory: each side is sorted, one of them on disk, and both are walked once. */
@NullMarked
package dev.jangbu.proving.facts;

import org.jspecify.annotations.NullMarked;
