package dev.jangbu.api.payment;

import dev.jangbu.api.psp.PspOrder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stored payment.
 *
 * @param amountMinor in minor units of the currency; the sum of the lines
 * @param version counts the changes that clients see, from 1: changes of the status and of the refunded amount
 * @param attempts number of attempts at the PSP; only the last attempt may record an outcome
 * @param leaseLive whether the last attempt's lease is live
 * @param inquiryDue whether the delay after the last attempt is over
 * @param expired whether the time for its confirmation is over; it becomes EXPIRED within a second
 * @param firstAttemptAt start of the buyer's authentication validity
 * @param reviewReason why a person has to decide, or had to
 * @param traceparent of the request that confirmed it
 * @param position position of its entries in the ledger, once completed; a wallet read with it is at least that recent
 */
public record Payment(
        UUID id,
        String orderId,
        PaymentStatus status,
        String currency,
        long amountMinor,
        List<PaymentLine> lines,
        String psp,
        @Nullable String paymentKey,
        @Nullable String declineCode,
        Map<String, String> metadata,
        long version,
        int attempts,
        boolean leaseLive,
        boolean inquiryDue,
        boolean expired,
        @Nullable Instant firstAttemptAt,
        @Nullable Instant unknownSince,
        @Nullable String reviewReason,
        @Nullable String traceparent,
        Instant createdAt,
        @Nullable Instant approvedAt,
        @Nullable Instant completedAt,
        @Nullable String position) {

    /** Whether the lease still holds: the outcome is open and no later attempt has started. */
    public boolean isHeldBy(WorkLease lease) {
        boolean open = status == PaymentStatus.EXECUTING || status == PaymentStatus.UNKNOWN;
        return open && leaseLive && attempts == lease.attempt();
    }

    /** The payment after the outcome of its last attempt, recorded at this time. Pure function. */
    Payment after(ConfirmOutcome outcome, Instant at) {
        return switch (outcome) {
            case ConfirmOutcome.Approved approved -> with(PaymentStatus.APPROVED, declineCode, null, reviewReason, at);
            case ConfirmOutcome.Declined declined ->
                with(PaymentStatus.DECLINED, declined.code(), null, reviewReason, null);
            case ConfirmOutcome.Unknown unknown ->
                with(PaymentStatus.UNKNOWN, declineCode, unknownSince == null ? at : unknownSince, reviewReason, null);
            case ConfirmOutcome.Review review ->
                with(PaymentStatus.REVIEW, declineCode, unknownSince, review.reason(), null);
        };
    }

    private Payment with(
            PaymentStatus to,
            @Nullable String declined,
            @Nullable Instant unknown,
            @Nullable String review,
            @Nullable Instant approved) {
        return new Payment(
                id,
                orderId,
                to,
                currency,
                amountMinor,
                lines,
                psp,
                paymentKey,
                declined,
                metadata,
                to == status ? version : version + 1,
                attempts,
                false,
                to != PaymentStatus.UNKNOWN,
                false,
                firstAttemptAt,
                unknown,
                review,
                traceparent,
                createdAt,
                approved,
                completedAt,
                position);
    }

    /** The order at the PSP. The payment was confirmed, so its payment key is set. */
    public PspOrder order() {
        return new PspOrder(Objects.requireNonNull(paymentKey, "confirmed"), orderId, amountMinor, currency);
    }

    /** The amount refunded to the buyer, in minor units. */
    public long refundedAmountMinor() {
        return lines.stream().mapToLong(PaymentLine::refundedAmountMinor).reduce(0, Math::addExact);
    }
}
