package dev.jangbu.api.payment;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A payment in the API. */
record PaymentView(
        UUID id,
        String orderId,
        PaymentStatus status,
        String currency,
        long amount,
        List<Line> lines,
        long refundedAmount,
        RefundStatus refundStatus,
        List<ForeignCancel> foreignCancels,
        String psp,
        @Nullable String paymentKey,
        Map<String, String> metadata,
        @Nullable Instant unknownSince,
        @Nullable String reviewReason,
        int attempts,
        long version,
        Instant createdAt,
        @Nullable Instant approvedAt,
        @Nullable Instant completedAt,
        @Nullable String position) {

    /** One seller's line, in minor units. */
    record Line(String lineId, String sellerId, long amount, long fee, long refundedAmount) {}

    /** A cancellation at the PSP that no refund of this API made; the amount in minor units. */
    record ForeignCancel(String transactionKey, long amount, Instant canceledAt) {}

    enum RefundStatus {
        NONE,
        PARTIAL,
        FULL;

        static RefundStatus of(long refundedMinor, long amountMinor) {
            return refundedMinor == 0 ? NONE : refundedMinor < amountMinor ? PARTIAL : FULL;
        }
    }

    /** The ETag's value: the version, and from the second attempt on the attempts, which change without the version. */
    static String entityTag(Payment payment) {
        return payment.attempts() <= 1
                ? Long.toString(payment.version())
                : payment.version() + "." + payment.attempts();
    }

    static PaymentView of(Payment payment) {
        long refundedMinor = payment.refundedAmountMinor();
        return new PaymentView(
                payment.id(),
                payment.orderId(),
                payment.status(),
                payment.currency(),
                payment.amountMinor(),
                payment.lines().stream()
                        .map(line -> new Line(
                                line.lineId(),
                                line.sellerId(),
                                line.amountMinor(),
                                line.feeMinor(),
                                line.refundedAmountMinor()))
                        .toList(),
                refundedMinor,
                RefundStatus.of(refundedMinor, payment.amountMinor()),
                payment.foreignCancels().stream()
                        .map(cancel ->
                                new ForeignCancel(cancel.transactionKey(), cancel.amountMinor(), cancel.canceledAt()))
                        .toList(),
                payment.psp(),
                payment.paymentKey(),
                payment.metadata(),
                payment.unknownSince(),
                payment.progress().reviewReason(),
                payment.attempts(),
                payment.version(),
                payment.createdAt(),
                payment.approvedAt(),
                payment.completedAt(),
                payment.position());
    }
}
