package dev.jangbu.api.payment;

import dev.jangbu.api.operation.Operation;
import dev.jangbu.api.operation.OperationKind;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.PspProgress;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.wallet.Credits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A stored payment.
 *
 * @param amountMinor in minor units of the currency; the sum of the lines
 * @param version counts the changes that clients see, from 1: of the status, the refunded amount, the foreign cancellations
 * @param expired whether the time for its confirmation is over; it becomes EXPIRED within a second
 * @param firstAttemptAt start of the buyer's authentication validity
 * @param position position of its entries in the ledger, once completed; a wallet read with it is at least that recent
 * @param foreignCancels cancellations at the PSP that no refund of this service made, oldest first, as far as seen
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
        Map<String, String> metadata,
        long version,
        PspProgress progress,
        boolean expired,
        @Nullable Instant firstAttemptAt,
        @Nullable Instant unknownSince,
        Instant createdAt,
        @Nullable Instant approvedAt,
        @Nullable Instant completedAt,
        @Nullable String position,
        List<PspCancel> foreignCancels)
        implements Operation {

    @Override
    public OperationKind kind() {
        return OperationKind.PAYMENT;
    }

    @Override
    public String call() {
        return ConfirmPayment.OPERATION;
    }

    /** The payment after the outcome of its last attempt, recorded at this time. Pure function. */
    Payment after(Outcome outcome, Instant at) {
        PaymentStatus to = PaymentStatus.valueOf(kind().statusAfter(outcome));
        return new Payment(
                id,
                orderId,
                to,
                currency,
                amountMinor,
                lines,
                psp,
                paymentKey,
                metadata,
                to == status ? version : version + 1,
                progress.after(outcome),
                false,
                firstAttemptAt,
                unknownSince(to, at),
                createdAt,
                to == PaymentStatus.APPROVED ? at : null,
                completedAt,
                position,
                foreignCancels);
    }

    private @Nullable Instant unknownSince(PaymentStatus to, Instant at) {
        boolean first = to == PaymentStatus.UNKNOWN && unknownSince == null;
        boolean open = to == PaymentStatus.UNKNOWN || to == PaymentStatus.REVIEW;
        return first ? at : open ? unknownSince : null;
    }

    /** The payment after a refund, with the lines as they are then. Pure function. */
    public Payment refunded(List<PaymentLine> refundedLines) {
        return new Payment(
                id,
                orderId,
                status,
                currency,
                amountMinor,
                refundedLines,
                psp,
                paymentKey,
                metadata,
                version + 1,
                progress,
                expired,
                firstAttemptAt,
                unknownSince,
                createdAt,
                approvedAt,
                completedAt,
                position,
                foreignCancels);
    }

    /** The order at the PSP. The payment was confirmed, so its payment key is set. */
    public PspOrder order() {
        return new PspOrder(Objects.requireNonNull(paymentKey, "confirmed"), orderId, amountMinor, currency);
    }

    /** The credits of the sellers' wallets when it is charged: amount − fee. */
    Credits credits() {
        return new Credits(
                currency,
                lines.stream()
                        .collect(Collectors.toMap(
                                PaymentLine::sellerId, line -> line.amountMinor() - line.feeMinor(), Math::addExact)));
    }

    /** The amount that foreign cancellations returned to the buyer, in minor units. */
    public long foreignCanceledAmountMinor() {
        return foreignCancels.stream().mapToLong(PspCancel::amountMinor).reduce(0, Math::addExact);
    }

    /** The amount refunded to the buyer, in minor units. */
    public long refundedAmountMinor() {
        return lines.stream().mapToLong(PaymentLine::refundedAmountMinor).reduce(0, Math::addExact);
    }
}
