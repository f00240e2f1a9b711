package dev.jangbu.api.refund;

import dev.jangbu.api.payment.WorkLease;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A refund as it is stored.
 *
 * @param amount minor units of the payment's currency; the sum of the lines
 * @param attempts how often somebody set out to the PSP; only the last may record an outcome
 * @param leaseLive whether whoever set out last may still be at it
 * @param version counts the changes of status, from 1
 * @param traceparent of the request that asked for it
 * @param position where its entries stand in the books, once it is completed: a wallet read that is given it is no older
 */
public record Refund(
        UUID id,
        UUID paymentId,
        RefundStatus status,
        long amount,
        List<RefundLine> lines,
        String reason,
        int attempts,
        boolean leaseLive,
        @Nullable String failureCode,
        @Nullable String reviewReason,
        long version,
        @Nullable String traceparent,
        Instant createdAt,
        @Nullable Instant approvedAt,
        @Nullable Instant completedAt,
        @Nullable String position) {

    /** Whether a claim of this attempt still holds: nobody else has taken over, and nothing was decided meanwhile. */
    boolean heldBy(WorkLease claim) {
        boolean open = status == RefundStatus.EXECUTING || status == RefundStatus.UNKNOWN;
        return open && leaseLive && attempts == claim.attempt();
    }
}
