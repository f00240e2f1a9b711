package dev.jangbu.api.idempotency;

import dev.jangbu.api.http.ApiResponse;
import java.util.UUID;

/** The state of an idempotency key, as a call finds it. */
public sealed interface KeyState {

    /** The key was unused and now belongs to this call. */
    record Fresh() implements KeyState {}

    /**
     * An earlier call with this key has started the operation, whose outcome is not known.
     *
     * @param resource id of the operation's resource
     * @param leaseLive whether the earlier call may still be running
     */
    record Running(UUID resource, boolean leaseLive) implements KeyState {}

    /** The operation is done; its stored response. */
    record Done(ApiResponse answer) implements KeyState {}
}
