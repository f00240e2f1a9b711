package dev.jangbu.ledger.posting;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the posting thread tells the world: health, metrics and log, the latter in bounded measure. */
final class PostingStatus {

    private static final Logger LOG = LoggerFactory.getLogger(PostingStatus.class);
    private static final Duration REPEAT_TROUBLE = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<Integer, BookStatus> books = new ConcurrentHashMap<>();
    private final Counter entriesPosted;
    private final Counter postingsPublished;
    private final Counter deadLetters;
    private volatile boolean joined;
    private volatile @Nullable Trouble trouble;

    PostingStatus(Clock clock, MeterRegistry meters) {
        this.clock = clock;
        this.entriesPosted = Counter.builder("jangbu.ledger.entries.posted")
                .description("Entries that were written to the book, or found written")
                .register(meters);
        this.postingsPublished = Counter.builder("jangbu.ledger.postings.published")
                .description("Postings that were sent and committed")
                .register(meters);
        this.deadLetters = Counter.builder("jangbu.ledger.dead.letters")
                .description("Records of ledger.entries that were no entries")
                .register(meters);
        Gauge.builder("jangbu.ledger.books.stopped", this, PostingStatus::stopped)
                .description("Books that cannot go on without a person")
                .register(meters);
    }

    /** @param reason why a book is stopped, with the evidence; null while it goes on */
    record BookStatus(
            Book.State state,
            long nextOffset,
            long groupOffset,
            @Nullable String reason) {}

    /** Something that is away, and tried again for ever. */
    record Trouble(String what, Instant since, Instant logged) {}

    /** The instance is a member of the group and knows its partitions, however few. */
    void joined() {
        joined = true;
    }

    void left() {
        joined = false;
        books.clear();
    }

    void lost() {
        joined = false;
    }

    /** All assigned books are open, or stopped: whatever was away is not missed any more. */
    void nothingToOpen() {
        if (joined) {
            recovered();
        }
    }

    void revoked(Book book) {
        books.remove(book.number());
    }

    /** The book was assigned, opened, closed, or came further. */
    void moved(Book book) {
        books.put(book.number(), new BookStatus(book.state(), book.nextOffset(), book.groupOffset(), null));
    }

    void stopped(Book book, String reason) {
        LOG.error(
                "Book {} is stopped at offset {} of {}: {}. The other books go on.",
                book.number(),
                book.nextOffset(),
                book.partition(),
                reason);
        books.put(book.number(), new BookStatus(book.state(), book.nextOffset(), book.groupOffset(), reason));
    }

    void deadLetter(String partition, long offset, String reason) {
        LOG.error("The record at offset {} of {} goes to the dead letters: {}", offset, partition, reason);
    }

    void published(int entries, int postings, int dead) {
        entriesPosted.increment(entries);
        postingsPublished.increment(postings);
        deadLetters.increment(dead);
    }

    /** Says so at once, again when it is something else, and again every half minute while it lasts. */
    void trouble(String what, Throwable cause) {
        Instant now = clock.instant();
        Trouble before = trouble;
        if (before == null
                || !before.what().equals(what)
                || Duration.between(before.logged(), now).compareTo(REPEAT_TROUBLE) >= 0) {
            LOG.warn("{}; trying again until it works: {}", what, describe(cause));
            LOG.debug("The cause", cause);
            trouble = new Trouble(what, before == null ? now : before.since(), now);
        } else {
            trouble = new Trouble(what, before.since(), before.logged());
        }
    }

    void recovered() {
        Trouble before = trouble;
        if (before != null) {
            LOG.info(
                    "Posting works again, after {} s",
                    Duration.between(before.since(), clock.instant()).toSeconds());
            trouble = null;
        }
    }

    @Nullable
    Trouble trouble() {
        return trouble;
    }

    Map<Integer, BookStatus> books() {
        return new TreeMap<>(books);
    }

    /** Whether the positions of all assigned books are known, or known to be wrong, and nothing needed is away. */
    boolean isReady() {
        return joined
                && trouble == null
                && books.values().stream().noneMatch(book -> book.state() == Book.State.CLOSED);
    }

    long stopped() {
        return books.values().stream()
                .filter(book -> book.state() == Book.State.STOPPED)
                .count();
    }

    /** The failure as it was met, and the one at its root, each on one line. */
    private static String describe(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String met = oneLine(cause);
        return root == cause ? met : met + " ← " + oneLine(root);
    }

    private static String oneLine(Throwable failure) {
        return failure.toString().lines().findFirst().orElseThrow();
    }
}
