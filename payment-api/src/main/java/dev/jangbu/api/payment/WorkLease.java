package dev.jangbu.api.payment;

import java.util.UUID;

/**
 * Work at the PSP that was claimed by a committed lease.
 *
 * @param id the payment or the refund
 * @param attempt the attempt's number: whoever finds another one there has lost the claim
 */
public record WorkLease(UUID id, int attempt) {}
