package dev.jangbu.simulator;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Toss's calls on payments. The store does the work; a fault may change or drop the response.
 *
 * <p>A repetition with the same idempotency key is never faulty. Its response:
 *
 * <ul>
 *   <li>after a fault that charged: the correct success
 *   <li>after {@code declined}: the same decline
 *   <li>after {@code timeout_before_charge}: a new attempt, as if the first had never arrived
 * </ul>
 */
final class PaymentEndpoints {
    /** The scope of idempotency keys of confirms. */
    static final String CONFIRM = "confirm";

    private final PaymentStore store;
    private final Faults faults;
    private final IdempotentCalls idempotent;
    private final Duration slowness;

    PaymentEndpoints(PaymentStore store, Faults faults, Duration slowness) {
        this.store = store;
        this.faults = faults;
        this.idempotent = new IdempotentCalls(store);
        this.slowness = slowness;
    }

    /** The scope of idempotency keys of cancels of a payment. */
    static String cancelOf(String paymentKey) {
        return "cancel " + paymentKey;
    }

    HttpReply confirm(HttpCall http) {
        Commands.Confirm confirm = Commands.Confirm.parse(http.json());
        return idempotent.execute(
                CONFIRM,
                http.idempotencyKey(),
                call -> perform(
                        faults.next(Operation.CONFIRM, confirm.paymentKey()),
                        () -> store.confirm(confirm, call),
                        () -> store.decline(confirm, call),
                        Payment::withWrongAmount),
                PaymentEndpoints::render);
    }

    HttpReply cancel(HttpCall http, String paymentKey) {
        Commands.Cancel cancel = Commands.Cancel.parse(paymentKey, http.json());
        return idempotent.execute(
                cancelOf(paymentKey),
                http.idempotencyKey(),
                call -> perform(
                        // A cancel that would be rejected does not count as the first one.
                        store.cancellable(cancel) ? faults.next(Operation.CANCEL, paymentKey) : null,
                        () -> store.cancel(cancel, call),
                        () -> store.declineCancel(cancel, call),
                        Payment::withWrongLastCancel),
                PaymentEndpoints::render);
    }

    HttpReply payment(String paymentKey) {
        return query(paymentKey, () -> store.payment(paymentKey));
    }

    HttpReply paymentOfOrder(String orderId) {
        return query(orderId, () -> store.paymentOfOrder(orderId));
    }

    static HttpReply error(TossError error, String message) {
        return HttpCall.reply(error.status, PaymentJson.error(error, message));
    }

    static HttpReply error(TossError error) {
        return error(error, error.message);
    }

    private HttpReply query(String key, Supplier<PaymentResult> lookUp) {
        // A query cannot be declined: {@code declined} has no effect.
        return perform(faults.next(Operation.QUERY, key), lookUp, lookUp, Payment::withWrongAmount);
    }

    private HttpReply perform(
            @Nullable Behaviour behaviour,
            Supplier<PaymentResult> work,
            Supplier<PaymentResult> decline,
            UnaryOperator<Payment> falsify) {
        return switch (behaviour) {
            case null -> render(work.get());
            case DECLINED -> render(decline.get());
            case SLOW -> {
                delay();
                yield render(work.get());
            }
            case TIMEOUT_BEFORE_CHARGE -> new HttpReply.Held();
            case TIMEOUT_AFTER_CHARGE -> replyAfterSuccess(work.get(), new HttpReply.Held());
            case ERROR_AFTER_CHARGE ->
                replyAfterSuccess(work.get(), error(TossError.FAILED_INTERNAL_SYSTEM_PROCESSING));
            case RESET_AFTER_CHARGE -> replyAfterSuccess(work.get(), new HttpReply.Dropped());
            case GARBAGE -> replyAfterSuccess(work.get(), HttpReply.garbage());
            case WRONG_AMOUNT ->
                render(
                        switch (work.get()) {
                            case PaymentResult.Success success ->
                                new PaymentResult.Success(falsify.apply(success.payment()));
                            case PaymentResult.Failure failure -> failure;
                        });
        };
    }

    /** Replaces a success by the faulty reply; a failure is sent unchanged. */
    private static HttpReply replyAfterSuccess(PaymentResult result, HttpReply misbehaviour) {
        return switch (result) {
            case PaymentResult.Success success -> misbehaviour;
            case PaymentResult.Failure failure -> render(result);
        };
    }

    private static HttpReply render(PaymentResult result) {
        return switch (result) {
            case PaymentResult.Success success -> HttpCall.reply(200, PaymentJson.of(success.payment()));
            case PaymentResult.Failure failure -> error(failure.error());
        };
    }

    private void delay() {
        try {
            Thread.sleep(slowness);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during a slow response", e);
        }
    }
}
