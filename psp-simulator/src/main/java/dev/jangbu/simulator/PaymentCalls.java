package dev.jangbu.simulator;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Toss's calls on payments, each done by the book and then answered truly or as a fault has it.
 *
 * <p>What a repetition with the same idempotency key hears: after a fault that charged, the true success; after {@code
 * declined}, the same refusal; after {@code timeout_before_charge}, a fresh attempt, as if the first had never arrived.
 * Repetitions themselves never misbehave.
 */
final class PaymentCalls {
    /** The address that idempotency keys of confirms belong to. */
    static final String CONFIRM = "confirm";

    private final Book book;
    private final Faults faults;
    private final IdempotentCalls idempotent;
    private final Duration slowness;

    PaymentCalls(Book book, Faults faults, Duration slowness) {
        this.book = book;
        this.faults = faults;
        this.idempotent = new IdempotentCalls(book);
        this.slowness = slowness;
    }

    /** The address that idempotency keys of cancels of a payment belong to. */
    static String cancelOf(String paymentKey) {
        return "cancel " + paymentKey;
    }

    HttpReply confirm(HttpCall http) {
        Commands.Confirm confirm = Commands.Confirm.parse(http.json());
        return idempotent.answer(
                CONFIRM,
                http.idempotencyKey(),
                call -> perform(
                        faults.next(Operation.CONFIRM, confirm.paymentKey()),
                        () -> book.confirm(confirm, call),
                        () -> book.decline(confirm, call),
                        Payment::withWrongAmount),
                PaymentCalls::render);
    }

    HttpReply cancel(HttpCall http, String paymentKey) {
        Commands.Cancel cancel = Commands.Cancel.parse(paymentKey, http.json());
        return idempotent.answer(
                cancelOf(paymentKey),
                http.idempotencyKey(),
                call -> perform(
                        // A cancel that is refused anyway is not the first one: the behaviour waits for it.
                        book.cancellable(cancel) ? faults.next(Operation.CANCEL, paymentKey) : null,
                        () -> book.cancel(cancel, call),
                        () -> book.refuseCancel(cancel, call),
                        Payment::withWrongLastCancel),
                PaymentCalls::render);
    }

    HttpReply payment(String paymentKey) {
        return query(paymentKey, () -> book.payment(paymentKey));
    }

    HttpReply paymentOfOrder(String orderId) {
        return query(orderId, () -> book.paymentOfOrder(orderId));
    }

    static HttpReply error(TossError error, String message) {
        return HttpCall.reply(error.status, PaymentJson.error(error, message));
    }

    static HttpReply error(TossError error) {
        return error(error, error.message);
    }

    private HttpReply query(String key, Supplier<Answer> lookUp) {
        // A query cannot be declined: such a draw behaves.
        return perform(faults.next(Operation.QUERY, key), lookUp, lookUp, Payment::withWrongAmount);
    }

    private HttpReply perform(
            @Nullable Behaviour behaviour,
            Supplier<Answer> work,
            Supplier<Answer> refusal,
            UnaryOperator<Payment> lie) {
        return switch (behaviour) {
            case null -> render(work.get());
            case DECLINED -> render(refusal.get());
            case SLOW -> {
                takeLong();
                yield render(work.get());
            }
            case TIMEOUT_BEFORE_CHARGE -> new HttpReply.Held();
            case TIMEOUT_AFTER_CHARGE -> afterwards(work.get(), new HttpReply.Held());
            case ERROR_AFTER_CHARGE -> afterwards(work.get(), error(TossError.FAILED_INTERNAL_SYSTEM_PROCESSING));
            case RESET_AFTER_CHARGE -> afterwards(work.get(), new HttpReply.Dropped());
            case GARBAGE -> afterwards(work.get(), HttpReply.garbage());
            case WRONG_AMOUNT ->
                render(
                        switch (work.get()) {
                            case Answer.Shown shown -> new Answer.Shown(lie.apply(shown.payment()));
                            case Answer.Refused refused -> refused;
                        });
        };
    }

    /** Misbehaves only after success: a refusal is answered as it is. */
    private static HttpReply afterwards(Answer answer, HttpReply misbehaviour) {
        return switch (answer) {
            case Answer.Shown shown -> misbehaviour;
            case Answer.Refused refused -> render(answer);
        };
    }

    private static HttpReply render(Answer answer) {
        return switch (answer) {
            case Answer.Shown shown -> HttpCall.reply(200, PaymentJson.of(shown.payment()));
            case Answer.Refused refused -> error(refused.error());
        };
    }

    private void takeLong() {
        try {
            Thread.sleep(slowness);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while working", e);
        }
    }
}
