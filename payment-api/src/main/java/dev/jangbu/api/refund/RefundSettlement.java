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

/** What an approved refund takes from the wallets: pure functions. */
final class RefundSettlement {

    private RefundSettlement() {}

    /**
     * What goes back of each line, and of its fee.
     *
     * @param payment under its row lock, this refund's lines reserved and not yet refunded
     */
    static List<RefundedLine> back(Payment payment, Refund refund) {
        Map<String, PaymentLine> lines = linesById(payment);
        return refund.lines().stream()
                .map(line -> {
                    PaymentLine of = Objects.requireNonNull(lines.get(line.lineId()), line.lineId());
                    long refunded = Math.addExact(of.refundedAmount(), line.amount());
                    return new RefundedLine(
                            line.lineId(),
                            line.amount(),
                            RefundedFee.of(of.fee(), of.amount(), refunded, of.refundedFee()));
                })
                .toList();
    }

    /**
     * The requests, one for each line.
     *
     * @param refund approved
     * @param ids gives each request an id of its own
     */
    static List<SettlementRequested> requests(
            Payment payment, Refund refund, List<RefundedLine> back, Supplier<UUID> ids) {
        Map<String, PaymentLine> lines = linesById(payment);
        Instant approvedAt = Objects.requireNonNull(refund.approvedAt(), "approved");
        return back.stream()
                .map(line -> {
                    String sellerId = Objects.requireNonNull(lines.get(line.lineId()), line.lineId())
                            .sellerId();
                    return SettlementRequested.newBuilder()
                            .setSettlementId(ids.get().toString())
                            .setKind(SettlementKind.REFUND)
                            .setReferenceId(refund.id().toString())
                            .setReferenceParts(back.size())
                            .setLineId(line.lineId())
                            .setOrderId(payment.orderId())
                            .setWalletId(sellerId + ":" + payment.currency())
                            .setSellerId(sellerId)
                            .setCurrency(payment.currency())
                            .setAmount(line.amount())
                            .setFee(line.fee())
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
