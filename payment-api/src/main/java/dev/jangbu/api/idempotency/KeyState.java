package dev.jangbu.api.idempotency;

import dev.jangbu.api.http.Answer;
import java.util.UUID;

/** What a call finds under its idempotency key. */
public sealed interface KeyState {

    /** Nothing: the key is this call's now. */
    record Fresh() implements KeyState {}

    /**
     * Work that was begun under it.
     *
     * @param resource what it is about
     * @param leaseLive whether whoever began may still be at it
     */
    record Running(UUID resource, boolean leaseLive) implements KeyState {}

    /** The answer that it got. */
    record Done(Answer answer) implements KeyState {}
}
