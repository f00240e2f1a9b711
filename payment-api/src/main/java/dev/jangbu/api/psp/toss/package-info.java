/** Toss Payments over its public HTTP API. */
@NullMarked
package dev.jangbu.api.psp.toss;

import org.jspecify.annotations.NullMarked;
