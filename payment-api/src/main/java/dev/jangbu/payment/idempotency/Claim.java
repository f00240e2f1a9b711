package dev.jangbu.payment.idempotency;

import dev.jangbu.payment.edge.Answer;
import java.util.UUID;

/** What a call finds under its idempotency key. */
public sealed interface Claim {

    /** Nothing: the key is this call's now. */
    record Fresh() implements Claim {}

    /**
     * Work that was begun under it.
     *
     * @param resource what it is about
     * @param leaseLive whether whoever began may still be at it
     */
    record Running(UUID resource, boolean leaseLive) implements Claim {}

    /** The answer that it got. */
    record Done(Answer answer) implements Claim {}
}
