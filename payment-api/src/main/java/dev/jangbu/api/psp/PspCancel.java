package dev.jangbu.api.psp;

import java.time.Instant;

/**
 * One cancellation that the PSP made of a payment: money that went back to the buyer.
 *
 * @param transactionKey the PSP's own name of it, by which it is told from the payment's other cancellations
 * @param amount minor units of the payment's currency
 * @param canceledAt when, by the PSP's clock
 */
public record PspCancel(String transactionKey, long amount, Instant canceledAt) {}
