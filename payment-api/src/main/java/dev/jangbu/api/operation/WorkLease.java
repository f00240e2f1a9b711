package dev.jangbu.api.operation;

import java.util.UUID;

/**
 * A committed lease of one operation at the PSP.
 *
 * @param id the payment or the refund
 * @param attempt number of the attempt; if the row holds a different number, the caller has lost the lease
 */
public record WorkLease(OperationKind kind, UUID id, int attempt) {}
