package dev.jangbu.api.psp;

/**
 * An order at the PSP: the charge to make, and the values that its result is compared with.
 *
 * @param amountMinor in minor units of the currency
 * @param currency ISO 4217 letters
 */
public record PspOrder(String paymentKey, String orderId, long amountMinor, String currency) {}
