package dev.jangbu.api.refund;

import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.refund.RefundRequest.Wanted;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What to do with a refund or a cancellation, by where the payment stands: pure functions, decided under its row lock. */
sealed interface RefundDecision {

    /** Set out to the PSP with these lines, at least one. */
    record Send(List<RefundLine> lines) implements RefundDecision {}

    /** Nothing was charged: the payment is dropped. */
    record Drop() implements RefundDecision {}

    /** It has been done: answer the payment as it is. */
    record Done() implements RefundDecision {}

    /** 409: an operation of the payment is at the PSP, or waits for a person. */
    record RefuseInProgress() implements RefundDecision {}

    /** 409: nothing was charged that could go back. */
    record RefuseNotRefundable() implements RefundDecision {}

    /** 409: it came to an end in another way. */
    record RefuseFinal() implements RefundDecision {}

    /** 422: more would go back than was paid. */
    record RefuseExceeds() implements RefundDecision {}

    /** 422: the payment has no such line, or more than one. */
    record RefuseField(String field, String detail) implements RefundDecision {}

    /**
     * Decides about a refund.
     *
     * @param inFlight whether another refund of the payment is at the PSP or in REVIEW
     */
    static RefundDecision refund(Payment payment, boolean inFlight, Wanted wanted) {
        return switch (payment.status()) {
            case READY, ACCEPTED, DECLINED, CANCELED, EXPIRED -> new RefuseNotRefundable();
            case EXECUTING, UNKNOWN, REVIEW -> new RefuseInProgress();
            case APPROVED, COMPLETED -> inFlight ? new RefuseInProgress() : charged(payment, wanted);
        };
    }

    /**
     * Decides about a cancellation: before the charge the payment is dropped, after it the rest goes back.
     *
     * @param inFlight whether a refund of the payment is at the PSP or in REVIEW
     */
    static RefundDecision cancel(Payment payment, boolean inFlight) {
        return switch (payment.status()) {
            case READY, ACCEPTED -> new Drop();
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

    private static RefundDecision charged(Payment payment, Wanted wanted) {
        return switch (wanted) {
            case Wanted.Rest all -> {
                List<RefundLine> rest = rest(payment);
                yield rest.isEmpty() ? new RefuseExceeds() : new Send(rest);
            }
            case Wanted.Amount amount ->
                payment.lines().size() == 1
                        ? fitting(
                                payment,
                                List.of(new RefundLine(
                                        payment.lines().getFirst().lineId(), amount.amount(), null)))
                        : new RefuseField(
                                "amount", "says too little of a payment of several lines; give lines instead");
            case Wanted.Lines lines -> fitting(payment, lines.lines());
        };
    }

    private static RefundDecision fitting(Payment payment, List<RefundLine> wanted) {
        Map<String, PaymentLine> lines =
                payment.lines().stream().collect(Collectors.toMap(PaymentLine::lineId, Function.identity()));
        boolean fits = true;
        for (int i = 0; i < wanted.size(); i++) {
            PaymentLine line = lines.get(wanted.get(i).lineId());
            if (line == null) {
                return new RefuseField("lines[" + i + "].lineId", "must be a line of the payment, each at most once");
            }
            fits &= wanted.get(i).amount() <= line.refundableAmount();
        }
        return fits ? new Send(wanted) : new RefuseExceeds();
    }

    private static List<RefundLine> rest(Payment payment) {
        return payment.lines().stream()
                .filter(line -> line.refundableAmount() > 0)
                .map(line -> new RefundLine(line.lineId(), line.refundableAmount(), null))
                .toList();
    }
}
