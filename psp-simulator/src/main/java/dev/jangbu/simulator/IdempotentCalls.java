package dev.jangbu.simulator;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Toss's {@code Idempotency-Key}: the first answer to a key is repeated for ever after, whatever the body of the
 * repetition; while the first call is being worked on, a second one hears 409 {@code IDEMPOTENT_REQUEST_PROCESSING}. A
 * key belongs to its method and address: the same text elsewhere is another key. Toss forgets keys after 15 days; the
 * simulator never does.
 */
final class IdempotentCalls {
    private static final int KEY_LIMIT = 300;
    private static final String SEPARATOR = " ";

    private final Book book;
    private final Set<String> running = ConcurrentHashMap.newKeySet();

    IdempotentCalls(Book book) {
        this.book = book;
    }

    /** The key of a call to an address, as the client sent it; empty if it sent none. */
    static String key(String address, @Nullable String call) {
        return call == null ? "" : call.substring(address.length() + SEPARATOR.length());
    }

    /**
     * Answers from the book, or lets {@code work} find the first answer.
     *
     * @param address what the key belongs to
     * @param key as the client sent it; null: the call is not idempotent
     * @param work is given the name under which the book keeps its answer, null without a key
     * @param repeat renders an answer that was given before
     */
    HttpReply answer(
            String address,
            @Nullable String key,
            Function<@Nullable String, HttpReply> work,
            Function<Answer, HttpReply> repeat) {
        if (key == null) {
            return work.apply(null);
        }
        if (key.length() > KEY_LIMIT) {
            return repeat.apply(new Answer.Refused(TossError.INVALID_IDEMPOTENCY_KEY));
        }
        String call = address + SEPARATOR + key;
        Answer before = book.answerOf(call);
        if (before != null) {
            return repeat.apply(before);
        }
        if (!running.add(call)) {
            return repeat.apply(new Answer.Refused(TossError.IDEMPOTENT_REQUEST_PROCESSING));
        }
        try {
            // Again: the first call may have ended between the look and the claim.
            Answer meanwhile = book.answerOf(call);
            return meanwhile == null ? work.apply(call) : repeat.apply(meanwhile);
        } finally {
            running.remove(call);
        }
    }
}
