/** Toss Payments behind the port, over its public HTTP API. */
@NullMarked
package dev.jangbu.payment.psp.toss;

import org.jspecify.annotations.NullMarked;
