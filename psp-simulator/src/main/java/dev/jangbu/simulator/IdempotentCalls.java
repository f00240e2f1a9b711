package dev.jangbu.simulator;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Toss's {@code Idempotency-Key}.
 *
 * <ul>
 *   <li>The first response to a key is repeated for {@value PaymentStore#KEY_MEMORY_DAYS} days after the first call,
 *       whatever the body of the repetition. A later call is a new one.
 *   <li>While the first call is in progress, another one gets 409 {@code IDEMPOTENT_REQUEST_PROCESSING}.
 * </ul>
 */
final class IdempotentCalls {
    private static final int KEY_LIMIT = 300;

    private final PaymentStore store;
    private final Set<Call> running = ConcurrentHashMap.newKeySet();

    /**
     * The identity of a call. A key belongs to its address: the same text elsewhere is another key.
     *
     * @param key as the client sent it; null for a call without a key, which is not idempotent
     */
    record Call(String address, @Nullable String key) {}

    IdempotentCalls(PaymentStore store) {
        this.store = store;
    }

    /** Repeats the stored result of the call, or runs {@code work}. */
    HttpReply execute(Call call, Supplier<HttpReply> work) {
        if (call.key() == null) {
            return work.get();
        }
        if (call.key().length() > KEY_LIMIT) {
            return HttpReply.error(TossError.INVALID_IDEMPOTENCY_KEY);
        }
        if (!running.add(call)) {
            return HttpReply.error(TossError.IDEMPOTENT_REQUEST_PROCESSING);
        }
        try {
            return store.resultOf(call).map(HttpReply::of).orElseGet(work);
        } finally {
            running.remove(call);
        }
    }
}
