package dev.jangbu.payment.psp;

import reactor.core.publisher.Mono;

/**
 * A payment service provider. No call is ever made inside a database transaction, and every call ends within the
 * configured time-out: with an answer, or with {@link PspAnswer.Uncertain}. None ends in an error.
 */
public interface Psp {

    /** Its name in payments and in the ledger's accounts, for instance {@code toss}. */
    String name();

    /**
     * Charges what the buyer has authenticated. Repeating it with the same idempotency key charges nothing anew.
     *
     * @param idempotencyKey the PSP's own key for this one piece of work
     */
    Mono<PspAnswer> confirm(String idempotencyKey, PspOrder order);

    /** What the PSP knows of a payment key. */
    Mono<PspAnswer> find(PspOrder order);

    /** What the PSP knows of an order, whatever payment key it was paid with. */
    Mono<PspAnswer> findByOrderId(PspOrder order);
}
