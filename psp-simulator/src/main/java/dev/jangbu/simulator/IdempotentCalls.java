package dev.jangbu.simulator;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Toss's {@code Idempotency-Key}.
 *
 * <ul>
 *   <li>The first response to a key is repeated forever, whatever the body of the repetition. Toss forgets keys after
 *       15 days; the simulator never does.
 *   <li>While the first call is in progress, another one gets 409 {@code IDEMPOTENT_REQUEST_PROCESSING}.
 *   <li>A key belongs to its method and address: the same text elsewhere is another key.
 * </ul>
 */
final class IdempotentCalls {
    private static final int KEY_LIMIT = 300;
    private static final String SEPARATOR = " ";

    private final PaymentStore store;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    IdempotentCalls(PaymentStore store) {
        this.store = store;
    }

    /** The idempotency key within a stored {@code call}; empty if it is null. */
    static String key(String address, @Nullable String call) {
        return call == null ? "" : call.substring(address.length() + SEPARATOR.length());
    }

    /**
     * Repeats the stored result of the key, or runs {@code work}.
     *
     * @param address the scope of the key
     * @param key as sent by the client; null if the call is not idempotent
     * @param work gets the name to store the result under, null without a key
     * @param repeat renders a stored result
     */
    HttpReply execute(
            String address,
            @Nullable String key,
            Function<@Nullable String, HttpReply> work,
            Function<PaymentResult, HttpReply> repeat) {
        if (key == null) {
            return work.apply(null);
        }
        if (key.length() > KEY_LIMIT) {
            return repeat.apply(new PaymentResult.Failure(TossError.INVALID_IDEMPOTENCY_KEY));
        }
        String call = address + SEPARATOR + key;
        PaymentResult stored = store.resultOf(call);
        if (stored != null) {
            return repeat.apply(stored);
        }
        if (!running.add(call)) {
            return repeat.apply(new PaymentResult.Failure(TossError.IDEMPOTENT_REQUEST_PROCESSING));
        }
        try {
            // Read again: the first call may have ended between the read and the claim.
            PaymentResult completed = store.resultOf(call);
            return completed == null ? work.apply(call) : repeat.apply(completed);
        } finally {
            running.remove(call);
        }
    }
}
