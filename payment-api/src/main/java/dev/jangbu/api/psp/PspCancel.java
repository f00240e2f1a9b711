package dev.jangbu.api.psp;

import java.time.Instant;

/**
 * One cancellation of a payment at the PSP, complete or partial.
 *
 * @param transactionKey the PSP's id of the cancellation
 * @param amountMinor in minor units of the payment's currency
 * @param canceledAt time by the PSP's clock
 */
public record PspCancel(String transactionKey, long amountMinor, Instant canceledAt) {}
