package dev.jangbu.api.refund;

import dev.jangbu.api.payment.WorkLease;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stored refund.
 *
 * @param amountMinor in minor units of the payment's currency; the sum of the lines
 * @param attempts number of attempts at the PSP; only the last attempt may record an outcome
 * @param leaseLive whether the last attempt's lease is live
 * @param version counts the changes of status, from 1
 * @param traceparent of the request that created it
 * @param position position of its entries in the ledger, once completed; a wallet read with it is at least that recent
 */
public record Refund(
        UUID id,
        UUID paymentId,
        RefundStatus status,
        long amountMinor,
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

    /** Whether the lease still holds: the outcome is open and no later attempt has started. */
    boolean isHeldBy(WorkLease lease) {
        boolean open = status == RefundStatus.EXECUTING || status == RefundStatus.UNKNOWN;
        return open && leaseLive && attempts == lease.attempt();
    }
}
