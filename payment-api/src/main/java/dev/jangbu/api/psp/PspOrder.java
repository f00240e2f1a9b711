package dev.jangbu.api.psp;

/**
 * What the PSP is asked to charge, and what its answer is held against.
 *
 * @param amount minor units of the currency
 * @param currency ISO 4217 letters
 */
public record PspOrder(String paymentKey, String orderId, long amount, String currency) {}
