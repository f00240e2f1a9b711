package dev.jangbu.api.psp;

import java.util.SortedMap;
import reactor.core.publisher.Mono;

/**
 * A payment service provider. Calls must not be made inside a database transaction. Every call ends within the
 * configured timeout; without an answer the result is {@link PspResult.Uncertain}. No call ends in an error.
 */
public interface Psp {

    /** The PSP's name in payments and ledger accounts, for instance {@code toss}. */
    String name();

    /**
     * The currencies that it takes, in alphabetical order: ISO 4217 letters, with the number of decimals of its amounts.
     * Payments in others are refused at their creation.
     */
    SortedMap<String, Integer> currencies();

    /**
     * Charges an order that the buyer has authenticated. A repetition with the same idempotency key does not charge
     * again.
     *
     * @param idempotencyKey the key of this operation at the PSP
     */
    Mono<PspResult> confirm(String idempotencyKey, PspOrder order);

    /**
     * Refunds a charge, or a part of it. A repetition with the same idempotency key does not refund again.
     *
     * @param idempotencyKey the key of this operation at the PSP
     * @param order the charged order
     * @param amountMinor in minor units of the order's currency
     * @param reason shown to the buyer, at most 200 characters
     * @return {@link PspResult.Charged} that includes this cancellation, {@link PspResult.Declined} if the PSP refuses
     */
    Mono<PspResult> cancel(String idempotencyKey, PspOrder order, long amountMinor, String reason);

    /** Looks up the order's payment key. */
    Mono<PspResult> find(PspOrder order);

    /** Looks up the order by its id, whichever payment key it was paid with. */
    Mono<PspResult> findByOrderId(PspOrder order);
}
