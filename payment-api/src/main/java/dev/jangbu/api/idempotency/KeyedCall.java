package dev.jangbu.api.idempotency;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import org.jspecify.annotations.Nullable;

/**
 * A call with an idempotency key.
 *
 * @param operation its kind
 * @param fingerprint of the operation, its resource and the body; the same key with another one is refused
 */
public record KeyedCall(IdempotencyKey key, String operation, Fingerprint fingerprint) {

    /** A call with a parsed body; {@code resource} is empty if the call creates one. */
    public static KeyedCall of(IdempotencyKey key, String operation, String resource, Object body) {
        return new KeyedCall(
                key, operation, Fingerprint.of(resource.isEmpty() ? operation : operation + " " + resource, body));
    }

    /** The same, for a row that has no fingerprint if it was restored. */
    public void requireSameIfKnown(byte @Nullable [] stored) {
        if (stored != null) {
            requireSame(stored);
        }
    }

    /** @throws dev.jangbu.api.http.Problem 422 {@code idempotency-key-reused} if the stored fingerprint differs */
    public void requireSame(byte[] stored) {
        if (!fingerprint.equals(new Fingerprint(stored))) {
            throw new Problem(
                    ProblemCode.IDEMPOTENCY_KEY_REUSED,
                    "This Idempotency-Key was used for another call or body; use a new key for a new operation");
        }
    }
}
