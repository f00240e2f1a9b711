package dev.jangbu.api.psp;

import reactor.core.publisher.Mono;

/**
 * A payment service provider. No call is ever made inside a database transaction, and every call ends within the
 * configured time-out: with an answer, or with {@link PspResult.Uncertain}. None ends in an error.
 */
public interface Psp {

    /** Its name in payments and in the ledger's accounts, for instance {@code toss}. */
    String name();

    /**
     * Charges what the buyer has authenticated. Repeating it with the same idempotency key charges nothing anew.
     *
     * @param idempotencyKey the PSP's own key for this one piece of work
     */
    Mono<PspResult> confirm(String idempotencyKey, PspOrder order);

    /**
     * Gives a part of a charge, or all of it, back to the buyer. Repeating it with the same idempotency key gives nothing
     * back anew.
     *
     * @param idempotencyKey the PSP's own key for this one piece of work
     * @param order what was charged
     * @param amount minor units of the order's currency
     * @param reason shown to the buyer, at most 200 characters
     * @return {@link PspResult.Charged} with this cancellation among the others, {@link PspResult.Declined} if it won't be done
     */
    Mono<PspResult> cancel(String idempotencyKey, PspOrder order, long amount, String reason);

    /** What the PSP knows of a payment key. */
    Mono<PspResult> find(PspOrder order);

    /** What the PSP knows of an order, whatever payment key it was paid with. */
    Mono<PspResult> findByOrderId(PspOrder order);
}
