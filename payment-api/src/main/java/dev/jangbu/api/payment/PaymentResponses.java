package dev.jangbu.api.payment;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Responses about payments, and the problems of refused calls. */
@Component
public class PaymentResponses {

    private final JsonMapper json;

    PaymentResponses(JsonMapper json) {
        this.json = json;
    }

    /** 201 with a created payment. */
    ApiResponse created(Payment payment) {
        return new ApiResponse(201, body(payment), location(payment));
    }

    /** 200 with the payment. */
    public ApiResponse ok(Payment payment) {
        return new ApiResponse(200, body(payment), null);
    }

    /** 202 with the open payment; the client polls it. */
    public ApiResponse open(Payment payment) {
        return new ApiResponse(202, body(payment), location(payment));
    }

    /** 402 for a declined confirmation. */
    ApiResponse declined(Payment payment) {
        return refused(
                payment,
                new Problem(ProblemCode.PAYMENT_DECLINED, "The payment service provider declined the payment")
                        .with(
                                "pspCode",
                                Objects.requireNonNull(payment.progress().refusalCode(), "declined"))
                        .with("paymentId", payment.id()));
    }

    ApiResponse refused(Payment payment, Problem problem) {
        return refused(payment.id(), "confirm", problem);
    }

    /** A refusal stored under the call's idempotency key; {@code call} is the last segment of the path. */
    public ApiResponse refused(UUID paymentId, String call, Problem problem) {
        return new ApiResponse(
                problem.code().status(),
                json.writeValueAsString(problem.body("/v1/payments/" + paymentId + "/" + call)),
                null);
    }

    /** The response to a confirmation whose outcome is recorded, by the payment's status. */
    ApiResponse confirmed(Payment payment) {
        return switch (payment.status()) {
            case APPROVED, COMPLETED -> ok(payment);
            case DECLINED -> declined(payment);
            case UNKNOWN, REVIEW, ACCEPTED, EXECUTING -> open(payment);
            case CANCELED, EXPIRED -> refused(payment, isFinal(payment));
            case READY -> throw new IllegalStateException("A confirmed payment is READY");
        };
    }

    /** 409: an operation of the payment is in progress. */
    public static Problem inProgress() {
        return new Problem(
                        ProblemCode.PAYMENT_IN_PROGRESS,
                        "An operation of this payment is in progress at the payment service provider; try again later")
                .retryAfter(Duration.ofSeconds(1));
    }

    /** 409: the payment is in a final status. */
    public static Problem isFinal(Payment payment) {
        return new Problem(
                ProblemCode.PAYMENT_FINAL,
                payment.expired()
                        ? "The payment has expired; create a new one"
                        : "The payment is " + payment.status() + "; create a new one");
    }

    private String body(Payment payment) {
        return json.writeValueAsString(PaymentView.of(payment));
    }

    private static String location(Payment payment) {
        return "/v1/payments/" + payment.id();
    }
}
