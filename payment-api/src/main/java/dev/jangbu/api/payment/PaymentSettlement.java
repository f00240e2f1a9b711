package dev.jangbu.api.payment;

import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The settlement requests of an approved payment or refund, one for each line, in their order. Several lines may belong
 * to one seller. Pure functions.
 *
 * <p>A request's id is the name of its movement of money at the PSP. A movement that is recorded again, by whichever
 * call, has the same id.
 */
public final class PaymentSettlement {

    /** A PSP's clock that is further ahead gives no bound. The wallet processor tolerates the same. */
    private static final Duration CLOCK_LEAD = Duration.ofMinutes(5);

    private PaymentSettlement() {}

    /**
     * The requests of a charge.
     *
     * @param chargedAt the PSP's time; null if a person decided without one
     */
    static List<SettlementRequested> ofCharge(Payment approved, @Nullable Instant chargedAt, Instant now) {
        String paymentKey = approved.order().paymentKey();
        return requests(
                new Movement(approved, SettlementKind.PAYMENT, approved.id(), approved.createdAt(), null, chargedAt),
                approved.lines(),
                line -> NameBasedId.ofChargedLine(approved.psp(), paymentKey, line.lineId()),
                now);
    }

    /**
     * The requests of a refund.
     *
     * @param lines with the amounts and fees to return
     * @param transactionKey of the cancellation at the PSP; empty if a person approved the refund without one
     * @param canceledAt the PSP's time of the cancellation; null if there is none
     */
    public static List<SettlementRequested> ofRefund(
            Payment payment,
            UUID refundId,
            Instant createdAt,
            List<PaymentLine> lines,
            String transactionKey,
            @Nullable Instant canceledAt,
            Instant now) {
        return requests(
                new Movement(
                        payment,
                        SettlementKind.REFUND,
                        refundId,
                        createdAt,
                        transactionKey.isEmpty() ? null : transactionKey,
                        canceledAt),
                lines,
                line -> transactionKey.isEmpty()
                        ? NameBasedId.ofDecidedLine(refundId, line.lineId())
                        : NameBasedId.ofCanceledLine(payment.psp(), transactionKey, line.lineId()),
                now);
    }

    /** What the requests of a charge or a refund have in common. */
    private record Movement(
            Payment payment,
            SettlementKind kind,
            UUID referenceId,
            Instant createdAt,
            @Nullable String transactionKey,
            @Nullable Instant pspTime) {

        /** A lower bound of the first recording; null if the PSP gives none. */
        @Nullable
        Instant movedAt(Instant now) {
            return pspTime == null || pspTime.isAfter(now.plus(CLOCK_LEAD))
                    ? null
                    : pspTime.isBefore(now) ? pspTime : now;
        }
    }

    private static List<SettlementRequested> requests(
            Movement movement, List<PaymentLine> lines, Function<PaymentLine, UUID> ids, Instant now) {
        Payment payment = movement.payment();
        return IntStream.range(0, lines.size())
                .mapToObj(index -> {
                    PaymentLine line = lines.get(index);
                    return SettlementRequested.newBuilder()
                            .setSettlementId(ids.apply(line).toString())
                            .setKind(movement.kind())
                            .setReferenceId(movement.referenceId().toString())
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
                            .setOccurredAt(now)
                            .setPart(index + 1)
                            .setMovedAt(movement.movedAt(now))
                            .setCreatedAt(movement.createdAt())
                            .setPaymentId(payment.id().toString())
                            .setPaymentKey(payment.paymentKey())
                            .setTransactionKey(movement.transactionKey())
                            .build();
                })
                .toList();
    }
}
