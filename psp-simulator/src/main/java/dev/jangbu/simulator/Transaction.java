package dev.jangbu.simulator;

import java.time.Instant;

/**
 * A charge or a cancel, as in the list of transactions.
 *
 * @param transactionKey Toss's id of the charge or the cancel
 * @param amountMinor of the charge or the cancel, in minor units, above 0
 * @param status the payment's state after it: DONE after the charge
 */
record Transaction(
        String transactionKey,
        String paymentKey,
        String orderId,
        Currency currency,
        long amountMinor,
        Payment.Status status,
        Instant at) {}
