package dev.jangbu.api.payment;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/** The settlement requests of an approved payment, one for each line. Pure function. */
final class PaymentSettlement {

    private PaymentSettlement() {}

    /**
     * The requests, in the order of the lines. Several lines may belong to one seller.
     *
     * @param payment approved
     * @param ids generates the requests' ids
     */
    static List<SettlementRequested> requests(Payment payment, Supplier<UUID> ids) {
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
                .setAmount(line.amountMinor())
                .setFee(line.feeMinor())
                .setExpectedVersion(null)
                .setPsp(payment.psp())
                .setOccurredAt(approvedAt)
                .build();
    }
}
