package dev.jangbu.api.refund;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentResponses;
import dev.jangbu.contract.ProblemCode;
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
    ApiResponse ok(Refund refund) {
        return new ApiResponse(200, body(refund), null);
    }

    /** The response to a refund by its status: 201, 402 if the PSP refused it, 202 while it is open. */
    ApiResponse refunded(Refund refund) {
        return switch (refund.status()) {
            case APPROVED, COMPLETED -> new ApiResponse(201, body(refund), location(refund));
            case FAILED -> refused(refund);
            case EXECUTING, UNKNOWN, REVIEW -> new ApiResponse(202, body(refund), location(refund));
        };
    }

    /** The response to a cancellation by the status of its refund: the payment, or 402 if the PSP refused. */
    ApiResponse canceled(Payment payment, Refund refund) {
        return switch (refund.status()) {
            case APPROVED, COMPLETED -> payments.ok(payment);
            case FAILED -> refused(refund);
            case EXECUTING, UNKNOWN, REVIEW -> payments.open(payment);
        };
    }

    /** A refusal that is stored under the call's idempotency key. */
    ApiResponse refused(Payment payment, Problem problem) {
        return new ApiResponse(
                problem.code().status(),
                json.writeValueAsString(problem.body("/v1/payments/" + payment.id() + "/refunds")),
                null);
    }

    private ApiResponse refused(Refund refund) {
        Problem problem = new Problem(
                        ProblemCode.REFUND_REFUSED,
                        "The payment service provider refused the refund; nothing was refunded to the buyer")
                .with("pspCode", Objects.requireNonNull(refund.failureCode(), "failed"))
                .with("paymentId", refund.paymentId())
                .with("refundId", refund.id());
        return new ApiResponse(
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
