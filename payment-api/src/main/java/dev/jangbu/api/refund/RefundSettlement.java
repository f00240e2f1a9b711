package dev.jangbu.api.refund;

import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.payment.PaymentStore.RefundedLine;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The refunded lines and settlement requests of an approved refund. Pure functions. */
final class RefundSettlement {

    private RefundSettlement() {}

    /**
     * The refunded part of each line and of its fee.
     *
     * @param payment under its row lock; this refund's lines are reserved and not yet refunded
     */
    static List<RefundedLine> refundedLines(Payment payment, Refund refund) {
        Map<String, PaymentLine> lines = linesById(payment);
        return refund.lines().stream()
                .map(line -> {
                    PaymentLine paid = Objects.requireNonNull(lines.get(line.lineId()), line.lineId());
                    long refundedMinor = Math.addExact(paid.refundedAmountMinor(), line.amountMinor());
                    return new RefundedLine(
                            line.lineId(),
                            line.amountMinor(),
                            RefundedFee.of(
                                    paid.feeMinor(), paid.amountMinor(), refundedMinor, paid.refundedFeeMinor()));
                })
                .toList();
    }

    /**
     * The requests, one for each line.
     *
     * @param refund approved
     * @param ids generates the requests' ids
     */
    static List<SettlementRequested> requests(
            Payment payment, Refund refund, List<RefundedLine> refunded, Supplier<UUID> ids) {
        Map<String, PaymentLine> lines = linesById(payment);
        Instant approvedAt = Objects.requireNonNull(refund.approvedAt(), "approved");
        return refunded.stream()
                .map(line -> {
                    String sellerId = Objects.requireNonNull(lines.get(line.lineId()), line.lineId())
                            .sellerId();
                    return SettlementRequested.newBuilder()
                            .setSettlementId(ids.get().toString())
                            .setKind(SettlementKind.REFUND)
                            .setReferenceId(refund.id().toString())
                            .setReferenceParts(refunded.size())
                            .setLineId(line.lineId())
                            .setOrderId(payment.orderId())
                            .setWalletId(sellerId + ":" + payment.currency())
                            .setSellerId(sellerId)
                            .setCurrency(payment.currency())
                            .setAmount(line.amountMinor())
                            .setFee(line.feeMinor())
                            .setExpectedVersion(null)
                            .setPsp(payment.psp())
                            .setOccurredAt(approvedAt)
                            .build();
                })
                .toList();
    }

    private static Map<String, PaymentLine> linesById(Payment payment) {
        return payment.lines().stream().collect(Collectors.toMap(PaymentLine::lineId, Function.identity()));
    }
}
