package dev.jangbu.api.refund;

import dev.jangbu.api.operation.Operation;
import dev.jangbu.api.operation.OperationKind;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.PspProgress;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stored refund.
 *
 * @param call the operation that requested it: refund or cancel
 * @param amountMinor in minor units of the payment's currency; the sum of the lines
 * @param version counts the changes of status, from 1
 * @param position position of its entries in the ledger, once completed; a wallet read with it is at least that recent
 */
public record Refund(
        UUID id,
        UUID paymentId,
        String call,
        RefundStatus status,
        long amountMinor,
        List<RefundLine> lines,
        String reason,
        long version,
        PspProgress progress,
        Instant createdAt,
        @Nullable Instant approvedAt,
        @Nullable Instant completedAt,
        @Nullable String position)
        implements Operation {

    @Override
    public OperationKind kind() {
        return OperationKind.REFUND;
    }

    /**
     * The refund after the outcome of its last attempt, recorded at this time. Pure function.
     *
     * @param linesAfter with the returned fees, if it is approved
     */
    Refund after(Outcome outcome, List<RefundLine> linesAfter, Instant at) {
        RefundStatus to = RefundStatus.valueOf(kind().statusAfter(outcome));
        return new Refund(
                id,
                paymentId,
                call,
                to,
                amountMinor,
                linesAfter,
                reason,
                to == status ? version : version + 1,
                progress.after(outcome),
                createdAt,
                to == RefundStatus.APPROVED ? at : null,
                completedAt,
                position);
    }
}
