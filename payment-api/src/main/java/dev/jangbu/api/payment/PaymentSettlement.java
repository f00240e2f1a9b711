package dev.jangbu.api.payment;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** The settlement requests of an approved payment or refund. Pure function. */
public final class PaymentSettlement {

    private PaymentSettlement() {}

    /**
     * The requests, one for each line, in their order. Several lines may belong to one seller.
     *
     * @param reference the payment or the refund
     * @param lines with the amount and the fee to settle
     * @param ids generates the requests' ids
     */
    public static List<SettlementRequested> requests(
            Payment payment,
            SettlementKind kind,
            UUID reference,
            List<PaymentLine> lines,
            Instant approvedAt,
            Supplier<UUID> ids) {
        return lines.stream()
                .map(line -> SettlementRequested.newBuilder()
                        .setSettlementId(ids.get().toString())
                        .setKind(kind)
                        .setReferenceId(reference.toString())
                        .setReferenceParts(lines.size())
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
                        .build())
                .toList();
    }
}
