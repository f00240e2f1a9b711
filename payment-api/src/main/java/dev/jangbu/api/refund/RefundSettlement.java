package dev.jangbu.api.refund;

import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.contract.RefundedFee;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The lines of a payment and of an approved refund. Pure functions. */
final class RefundSettlement {

    private RefundSettlement() {}

    /** The refunded part of each line and of its fee, which the locked payment has reserved and not yet refunded. */
    static List<PaymentLine> refundedLines(Payment payment, Refund refund) {
        Map<String, PaymentLine> lines = byId(payment.lines());
        return refund.lines().stream()
                .map(line -> {
                    PaymentLine paid = Objects.requireNonNull(lines.get(line.lineId()), line.lineId());
                    long refundedMinor = Math.addExact(paid.refundedAmountMinor(), line.amountMinor());
                    long feeMinor =
                            RefundedFee.of(paid.feeMinor(), paid.amountMinor(), refundedMinor, paid.refundedFeeMinor());
                    return new PaymentLine(line.lineId(), paid.sellerId(), line.amountMinor(), feeMinor);
                })
                .toList();
    }

    /** The payment after the refund of these lines. */
    static Payment refunded(Payment payment, List<PaymentLine> refundedLines) {
        Map<String, PaymentLine> refunded = byId(refundedLines);
        return payment.refunded(payment.lines().stream()
                .map(paid -> {
                    PaymentLine part = refunded.get(paid.lineId());
                    return part == null ? paid : paid.refunded(part.amountMinor(), part.feeMinor());
                })
                .toList());
    }

    private static Map<String, PaymentLine> byId(List<PaymentLine> lines) {
        return lines.stream().collect(Collectors.toMap(PaymentLine::lineId, Function.identity()));
    }
}
