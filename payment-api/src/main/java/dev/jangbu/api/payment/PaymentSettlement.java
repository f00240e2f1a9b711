package dev.jangbu.api.payment;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/** What an approved payment asks of the wallets: one request for each line, a pure function. */
final class PaymentSettlement {

    private PaymentSettlement() {}

    /**
     * The requests, in the order of the lines; several may be for one seller.
     *
     * @param payment approved
     * @param ids gives each request an id of its own
     */
    static List<SettlementRequested> of(Payment payment, Supplier<UUID> ids) {
        Instant approvedAt = Objects.requireNonNull(payment.approvedAt(), "approved");
        return payment.lines().stream()
                .map(line -> request(payment, line, ids.get(), approvedAt))
                .toList();
    }

    private static SettlementRequested request(Payment payment, PaymentLine line, UUID id, Instant approvedAt) {
        return SettlementRequested.newBuilder()
                .setSettlementId(id.toString())
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(payment.id().toString())
                .setReferenceParts(payment.lines().size())
                .setLineId(line.lineId())
                .setOrderId(payment.orderId())
                .setWalletId(line.sellerId() + ":" + payment.currency())
                .setSellerId(line.sellerId())
                .setCurrency(payment.currency())
                .setAmount(line.amount())
                .setFee(line.fee())
                .setExpectedVersion(null)
                .setPsp(payment.psp())
                .setOccurredAt(approvedAt)
                .build();
    }
}
