/** Compares millions of facts in bounded memory: both sides are sorted (one of them on disk) and merged once. */
@NullMarked
package dev.jangbu.proving.facts;

import org.jspecify.annotations.NullMarked;
