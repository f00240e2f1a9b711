package dev.jangbu.simulator;

import java.time.Duration;
import java.util.function.Function;
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
record PaymentEndpoints(PaymentStore store, Faults faults, IdempotentCalls idempotent, Duration slowness) {

    HttpReply confirm(HttpCall http) {
        Commands.Confirm confirm = HttpCall.parse(http.body(), Commands.Confirm.class);
        Currency currency = Currency.ofConfirmed(http.currency(), confirm.amount());
        // Refused before a fault is drawn.
        currency.minor(confirm.amount());
        IdempotentCalls.Call call = new IdempotentCalls.Call("confirm", http.idempotencyKey());
        return idempotent.execute(
                call,
                () -> perform(
                        faults.next(Operation.CONFIRM, confirm.paymentKey()),
                        () -> store.confirm(confirm, currency, null, call),
                        () -> store.confirm(confirm, currency, TossError.REJECT_CARD_COMPANY, call),
                        Payment::withWrongAmount));
    }

    HttpReply cancel(HttpCall http, String paymentKey) {
        Commands.Cancel cancel = HttpCall.parse(http.body(), Commands.Cancel.class);
        IdempotentCalls.Call call = new IdempotentCalls.Call("cancel " + paymentKey, http.idempotencyKey());
        return idempotent.execute(
                call,
                () -> perform(
                        // A cancel that would be rejected does not count as the first one.
                        store.cancellable(paymentKey, cancel) ? faults.next(Operation.CANCEL, paymentKey) : null,
                        () -> store.cancel(paymentKey, cancel, null, call),
                        () -> store.cancel(paymentKey, cancel, TossError.NOT_CANCELABLE_PAYMENT, call),
                        Payment::withWrongLastCancel));
    }

    HttpReply payment(String paymentKey) {
        return query(paymentKey, () -> store.payment(paymentKey));
    }

    HttpReply paymentOfOrder(String orderId) {
        return query(orderId, () -> store.paymentOfOrder(orderId));
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
            case null -> HttpReply.of(work.get());
            case DECLINED -> HttpReply.of(decline.get());
            case SLOW -> {
                delay();
                yield HttpReply.of(work.get());
            }
            case TIMEOUT_BEFORE_CHARGE -> new HttpReply.Held();
            case TIMEOUT_AFTER_CHARGE -> replyAfterSuccess(work, charged -> new HttpReply.Held());
            case ERROR_AFTER_CHARGE ->
                replyAfterSuccess(work, charged -> HttpReply.error(TossError.FAILED_INTERNAL_SYSTEM_PROCESSING));
            case RESET_AFTER_CHARGE -> replyAfterSuccess(work, charged -> new HttpReply.Dropped());
            case GARBAGE -> replyAfterSuccess(work, charged -> HttpReply.garbage());
            case WRONG_AMOUNT ->
                replyAfterSuccess(work, charged -> HttpReply.of(new PaymentResult.Success(falsify.apply(charged))));
        };
    }

    /** Replaces the response to a success; a failure is sent unchanged. */
    private static HttpReply replyAfterSuccess(
            Supplier<PaymentResult> work, Function<Payment, HttpReply> misbehaviour) {
        PaymentResult result = work.get();
        return result instanceof PaymentResult.Success success
                ? misbehaviour.apply(success.payment())
                : HttpReply.of(result);
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
