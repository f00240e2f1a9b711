/** Refunds, and cancellations of payments. */
@NullMarked
package dev.jangbu.api.refund;

import org.jspecify.annotations.NullMarked;
