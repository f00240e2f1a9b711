/** Emits one completion for each payment, refund or payout, when all its parts are in the books. */
@NullMarked
package dev.jangbu.settlement.completion;

import org.jspecify.annotations.NullMarked;
