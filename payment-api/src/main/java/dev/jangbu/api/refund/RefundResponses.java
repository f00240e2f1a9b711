package dev.jangbu.api.refund;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentResponses;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.contract.ProblemCode;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
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

    /** The response to the call that requested the refund, by the refund's status. */
    ApiResponse of(Payment payment, Refund refund) {
        return of(payment, refund, refund.call());
    }

    /** @param call the operation of the call: a restored refund does not know whether a cancellation requested it */
    ApiResponse of(Payment payment, Refund refund, String call) {
        return call.equals(RefundPayment.CANCEL) ? canceled(payment, refund) : refunded(payment, refund);
    }

    /** 201 with the refund, 402 if the PSP refused it, 202 while it is open. */
    private ApiResponse refunded(Payment payment, Refund refund) {
        return switch (refund.status()) {
            case APPROVED, COMPLETED -> new ApiResponse(201, body(refund), location(refund));
            case FAILED -> refused(payment, refund);
            case EXECUTING, UNKNOWN, REVIEW -> new ApiResponse(202, body(refund), location(refund));
        };
    }

    /** 200 with the payment, 402 if the PSP refused its refund, 202 while it is open. */
    private ApiResponse canceled(Payment payment, Refund refund) {
        return switch (refund.status()) {
            case APPROVED, COMPLETED -> payments.ok(payment);
            case FAILED -> refused(payment, refund);
            case EXECUTING, UNKNOWN, REVIEW -> payments.open(payment);
        };
    }

    /** 200 with the payment. */
    ApiResponse ok(Payment payment) {
        return payments.ok(payment);
    }

    /** A refusal that is stored under the call's idempotency key. */
    ApiResponse refused(UUID paymentId, Problem problem) {
        return payments.refused(paymentId, "refunds", problem);
    }

    private ApiResponse refused(Payment payment, Refund refund) {
        return refused(
                refund.paymentId(),
                new Problem(
                                ProblemCode.REFUND_REFUSED,
                                "The payment service provider refused the refund; nothing was refunded to the buyer"
                                        + foreignCancels(payment))
                        .with(
                                "pspCode",
                                Objects.requireNonNull(refund.progress().refusalCode(), "failed"))
                        .with("paymentId", refund.paymentId())
                        .with("refundId", refund.id()));
    }

    /** The PSP may have refused because of cancellations that were not made here; a further refund may take the rest. */
    private static String foreignCancels(Payment payment) {
        List<PspCancel> cancels = payment.foreignCancels();
        long leftMinor = payment.amountMinor() - payment.refundedAmountMinor() - payment.foreignCanceledAmountMinor();
        return cancels.isEmpty()
                ? ""
                : ". The provider shows cancellations that were not made here (%s); %d is left to refund"
                        .formatted(PspCancel.names(cancels), Math.max(0, leftMinor));
    }

    private String body(Refund refund) {
        return json.writeValueAsString(RefundView.of(refund));
    }

    private static String location(Refund refund) {
        return "/v1/refunds/" + refund.id();
    }
}
