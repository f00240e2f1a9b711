/** Money on its way back to the buyer: refunds, and the cancellation of payments. */
@NullMarked
package dev.jangbu.api.refund;

import org.jspecify.annotations.NullMarked;
