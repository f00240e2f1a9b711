package dev.jangbu.api.payment;

import dev.jangbu.api.http.Answer;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import java.time.Duration;
import java.util.Objects;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Payments as answers, and why they are refused. */
@Component
public class PaymentResponses {

    private final JsonMapper json;

    PaymentResponses(JsonMapper json) {
        this.json = json;
    }

    /** 201, for a payment that was just created. */
    Answer created(Payment payment) {
        return new Answer(201, body(payment), location(payment));
    }

    /** 200. */
    public Answer ok(Payment payment) {
        return new Answer(200, body(payment), null);
    }

    /** 202: the payment as it is, to be asked for again. */
    public Answer open(Payment payment) {
        return new Answer(202, body(payment), location(payment));
    }

    /** 402, the answer to the confirmation that was declined. */
    Answer declined(Payment payment) {
        return refused(
                payment,
                new Problem(ProblemCode.PAYMENT_DECLINED, "The payment service provider declined the payment")
                        .with("pspCode", Objects.requireNonNull(payment.declineCode(), "declined"))
                        .with("paymentId", payment.id()));
    }

    /** A refusal that is kept under the call's idempotency key. */
    Answer refused(Payment payment, Problem problem) {
        return new Answer(
                problem.code().status(), json.writeValueAsString(problem.body(location(payment) + "/confirm")), null);
    }

    /** What a confirmation answers once its outcome is recorded, by where the payment stands. */
    Answer confirmed(Payment payment) {
        return switch (payment.status()) {
            case APPROVED, COMPLETED -> ok(payment);
            case DECLINED -> declined(payment);
            case UNKNOWN, REVIEW, ACCEPTED, EXECUTING -> open(payment);
            case CANCELED, EXPIRED -> refused(payment, isFinal(payment));
            case READY -> throw new IllegalStateException("A confirmed payment is READY");
        };
    }

    /** 409: somebody is at it. */
    public static Problem inProgress() {
        return new Problem(
                        ProblemCode.PAYMENT_IN_PROGRESS,
                        "An operation of this payment is at the payment service provider; try again later, or read it to see")
                .retryAfter(Duration.ofSeconds(1));
    }

    /** 409: nothing will change any more. */
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
