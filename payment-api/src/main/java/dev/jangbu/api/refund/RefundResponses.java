package dev.jangbu.api.refund;

import dev.jangbu.api.http.Answer;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentResponses;
import java.util.Objects;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Responses to refunds and to cancellations that refund the rest. */
@Component
class RefundResponses {

    private final JsonMapper json;
    private final PaymentResponses payments;

    RefundResponses(JsonMapper json, PaymentResponses payments) {
        this.json = json;
        this.payments = payments;
    }

    /** 200 with the refund. */
    Answer ok(Refund refund) {
        return new Answer(200, body(refund), null);
    }

    /** The response to a refund by its status: 201, 402 if the PSP refused it, 202 while it is open. */
    Answer refunded(Refund refund) {
        return switch (refund.status()) {
            case APPROVED, COMPLETED -> new Answer(201, body(refund), location(refund));
            case FAILED -> refused(refund);
            case EXECUTING, UNKNOWN, REVIEW -> new Answer(202, body(refund), location(refund));
        };
    }

    /** The response to a cancellation by the status of its refund: the payment, or 402 if the PSP refused. */
    Answer canceled(Payment payment, Refund refund) {
        return switch (refund.status()) {
            case APPROVED, COMPLETED -> payments.ok(payment);
            case FAILED -> refused(refund);
            case EXECUTING, UNKNOWN, REVIEW -> payments.open(payment);
        };
    }

    /** A refusal that is stored under the call's idempotency key. */
    Answer refused(Payment payment, Problem problem) {
        return new Answer(
                problem.code().status(),
                json.writeValueAsString(problem.body("/v1/payments/" + payment.id() + "/refunds")),
                null);
    }

    private Answer refused(Refund refund) {
        Problem problem = new Problem(
                        ProblemCode.REFUND_REFUSED,
                        "The payment service provider refused the refund; nothing was refunded to the buyer")
                .with("pspCode", Objects.requireNonNull(refund.failureCode(), "failed"))
                .with("paymentId", refund.paymentId())
                .with("refundId", refund.id());
        return new Answer(
                problem.code().status(),
                json.writeValueAsString(problem.body("/v1/payments/" + refund.paymentId() + "/refunds")),
                null);
    }

    private String body(Refund refund) {
        return json.writeValueAsString(RefundView.of(refund));
    }

    private static String location(Refund refund) {
        return "/v1/refunds/" + refund.id();
    }
}
