package dev.jangbu.api.payment;

import dev.jangbu.api.psp.PspOrder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A payment as it is stored.
 *
 * @param amount minor units of the currency; the sum of the lines
 * @param version counts the changes that clients see, from 1: those of the status, and of what went back
 * @param attempts how often somebody set out to the PSP; only the last may record an outcome
 * @param leaseLive whether that somebody may still be at it
 * @param resolutionDue whether the pause after the last attempt is over: who asks more often only uses the attempts up
 * @param expired whether it was left alone for too long; it becomes EXPIRED within a second
 * @param firstAttemptAt when the buyer's authentication began to run out
 * @param reviewReason why a person has to decide, or had to
 * @param traceparent of the request that confirmed it
 * @param position where its entries stand in the books, once it is completed: a wallet read that is given it is no older
 */
public record Payment(
        UUID id,
        String orderId,
        PaymentStatus status,
        String currency,
        long amount,
        List<PaymentLine> lines,
        String psp,
        @Nullable String paymentKey,
        @Nullable String declineCode,
        Map<String, String> metadata,
        long version,
        int attempts,
        boolean leaseLive,
        boolean resolutionDue,
        boolean expired,
        @Nullable Instant firstAttemptAt,
        @Nullable Instant unknownSince,
        @Nullable String reviewReason,
        @Nullable String traceparent,
        Instant createdAt,
        @Nullable Instant approvedAt,
        @Nullable Instant completedAt,
        @Nullable String position) {

    /** Whether a claim of this attempt still holds: nobody else has taken over, and nothing was decided meanwhile. */
    public boolean heldBy(WorkLease claim) {
        boolean open = status == PaymentStatus.EXECUTING || status == PaymentStatus.UNKNOWN;
        return open && leaseLive && attempts == claim.attempt();
    }

    /** As it is once an outcome of its last attempt is recorded, at this time; a pure function. */
    Payment after(ConfirmOutcome outcome, Instant at) {
        return switch (outcome) {
            case ConfirmOutcome.Approved approved -> moved(PaymentStatus.APPROVED, declineCode, null, reviewReason, at);
            case ConfirmOutcome.Declined declined ->
                moved(PaymentStatus.DECLINED, declined.code(), null, reviewReason, null);
            case ConfirmOutcome.Unknown unknown ->
                moved(PaymentStatus.UNKNOWN, declineCode, unknownSince == null ? at : unknownSince, reviewReason, null);
            case ConfirmOutcome.Review review ->
                moved(PaymentStatus.REVIEW, declineCode, unknownSince, review.reason(), null);
        };
    }

    private Payment moved(
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
                amount,
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

    /** What the PSP is asked for. Only a payment that was confirmed has a payment key to ask with. */
    public PspOrder order() {
        return new PspOrder(Objects.requireNonNull(paymentKey, "confirmed"), orderId, amount, currency);
    }

    /** What has gone back to the buyer, in minor units. */
    public long refundedAmount() {
        return lines.stream().mapToLong(PaymentLine::refundedAmount).reduce(0, Math::addExact);
    }
}
