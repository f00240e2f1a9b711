package dev.jangbu.api.refund;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A refund in the API. */
record RefundView(
        UUID id,
        UUID paymentId,
        RefundStatus status,
        long amount,
        List<Line> lines,
        String reason,
        @Nullable String pspCode,
        @Nullable String reviewReason,
        long version,
        Instant createdAt,
        @Nullable Instant approvedAt,
        @Nullable Instant completedAt,
        @Nullable String position) {

    /** The refunded part of one line, in minor units. */
    record Line(String lineId, long amount, @Nullable Long fee) {}

    static RefundView of(Refund refund) {
        return new RefundView(
                refund.id(),
                refund.paymentId(),
                refund.status(),
                refund.amountMinor(),
                refund.lines().stream()
                        .map(line -> new Line(line.lineId(), line.amountMinor(), line.feeMinor()))
                        .toList(),
                refund.reason(),
                refund.progress().refusalCode(),
                refund.progress().reviewReason(),
                refund.version(),
                refund.createdAt(),
                refund.approvedAt(),
                refund.completedAt(),
                refund.position());
    }
}
