/** Payouts to sellers: requested here, decided by the wallet. */
@NullMarked
package dev.jangbu.api.payout;

import org.jspecify.annotations.NullMarked;
