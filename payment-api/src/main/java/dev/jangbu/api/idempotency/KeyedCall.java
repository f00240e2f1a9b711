package dev.jangbu.api.idempotency;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call with an idempotency key.
 *
 * @param operation its kind
 * @param fingerprint of the operation, its resource and the body; the same key with another one is refused
 * @param others further fingerprints of the same call, under which its key may be stored
 */
public record KeyedCall(IdempotencyKey key, String operation, Fingerprint fingerprint, List<Fingerprint> others) {

    /**
     * A call with a parsed body; {@code resource} is empty if the call creates one.
     *
     * @param body in its canonical form
     * @param otherForms of the same body
     */
    public static KeyedCall of(
            IdempotencyKey key, String operation, String resource, Object body, Object... otherForms) {
        String call = resource.isEmpty() ? operation : operation + " " + resource;
        return new KeyedCall(
                key,
                operation,
                Fingerprint.of(call, body),
                Arrays.stream(otherForms)
                        .map(form -> Fingerprint.of(call, form))
                        .toList());
    }

    /** The same, for a row that has no fingerprint if it was restored. */
    public void requireSameIfKnown(byte @Nullable [] stored) {
        if (stored != null) {
            requireSame(stored);
        }
    }

    /** @throws Problem 422 {@code idempotency-key-reused} if the stored fingerprint is none of this call's */
    public void requireSame(byte[] stored) {
        Fingerprint known = new Fingerprint(stored);
        if (!fingerprint.equals(known) && !others.contains(known)) {
            throw new Problem(
                    ProblemCode.IDEMPOTENCY_KEY_REUSED,
                    "This Idempotency-Key was used for another call or body; use a new key for a new operation");
        }
    }
}
