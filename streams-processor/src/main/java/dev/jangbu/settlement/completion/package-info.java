/** The completion desk: says, once, that every part of a payment, refund or payout is in the book. */
@NullMarked
package dev.jangbu.settlement.completion;

import org.jspecify.annotations.NullMarked;
