package dev.jangbu.api.refund;

import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.refund.RefundRequest.Requested;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Chooses the next step of a refund or cancellation by the payment's status. Pure functions; the caller holds its row
 * lock.
 */
sealed interface RefundDecision {

    /** Refund these lines at the PSP; at least one. */
    record Send(List<RefundLine> lines) implements RefundDecision {}

    /** Nothing was charged: the payment becomes CANCELED. */
    record CancelUncharged() implements RefundDecision {}

    /** Already canceled or completely refunded: return the payment. */
    record Done() implements RefundDecision {}

    /** 409: an operation of the payment is in progress or in REVIEW. */
    record RefuseInProgress() implements RefundDecision {}

    /** 409: nothing was charged. */
    record RefuseNotRefundable() implements RefundDecision {}

    /** 409: the payment ended in another way. */
    record RefuseFinal() implements RefundDecision {}

    /** 422: the refund exceeds the refundable amount. */
    record RefuseExceeds() implements RefundDecision {}

    /** 422: the payment has no such line, or the request needs lines. */
    record RefuseField(String field, String detail) implements RefundDecision {}

    /** The step of a refund; {@code inFlight} if another refund of the payment is in progress or in REVIEW. */
    static RefundDecision refund(Payment payment, boolean inFlight, Requested requested) {
        return switch (payment.status()) {
            case READY, ACCEPTED, DECLINED, CANCELED, EXPIRED -> new RefuseNotRefundable();
            case EXECUTING, UNKNOWN, REVIEW -> new RefuseInProgress();
            case APPROVED, COMPLETED -> inFlight ? new RefuseInProgress() : charged(payment, requested);
        };
    }

    /**
     * Chooses the step of a cancellation: before the charge the payment is canceled, after it the rest is refunded.
     *
     * @param inFlight whether a refund of the payment is in progress or in REVIEW
     */
    static RefundDecision cancel(Payment payment, boolean inFlight) {
        return switch (payment.status()) {
            case READY, ACCEPTED -> new CancelUncharged();
            case EXECUTING, UNKNOWN, REVIEW -> new RefuseInProgress();
            case CANCELED -> new Done();
            case DECLINED, EXPIRED -> new RefuseFinal();
            case APPROVED, COMPLETED -> {
                if (inFlight) {
                    yield new RefuseInProgress();
                }
                List<RefundLine> rest = rest(payment);
                yield rest.isEmpty() ? new Done() : new Send(rest);
            }
        };
    }

    private static RefundDecision charged(Payment payment, Requested requested) {
        return switch (requested) {
            case Requested.Rest all -> {
                List<RefundLine> rest = rest(payment);
                yield rest.isEmpty() ? new RefuseExceeds() : new Send(rest);
            }
            case Requested.Amount amount ->
                payment.lines().size() == 1
                        ? fitting(
                                payment,
                                List.of(new RefundLine(
                                        payment.lines().getFirst().lineId(), amount.amount(), null)))
                        : new RefuseField("amount", "is for payments of one line only; give lines instead");
            case Requested.Lines lines -> fitting(payment, lines.lines());
        };
    }

    private static RefundDecision fitting(Payment payment, List<RefundLine> requested) {
        Map<String, PaymentLine> lines =
                payment.lines().stream().collect(Collectors.toMap(PaymentLine::lineId, Function.identity()));
        boolean fits = true;
        for (int i = 0; i < requested.size(); i++) {
            PaymentLine line = lines.get(requested.get(i).lineId());
            if (line == null) {
                return new RefuseField("lines[" + i + "].lineId", "must be a line of the payment, each at most once");
            }
            fits &= requested.get(i).amountMinor() <= line.refundableAmountMinor();
        }
        return fits ? new Send(requested) : new RefuseExceeds();
    }

    private static List<RefundLine> rest(Payment payment) {
        return payment.lines().stream()
                .filter(line -> line.refundableAmountMinor() > 0)
                .map(line -> new RefundLine(line.lineId(), line.refundableAmountMinor(), null))
                .toList();
    }
}
