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

/** Publishes the state of posting as health, metrics and rate-limited log lines. Thread-safe. */
final class PostingStatus {

    private static final Logger log = LoggerFactory.getLogger(PostingStatus.class);
    private static final Duration WARN_INTERVAL = Duration.ofSeconds(30);

    private final Clock clock;
    private final Map<Integer, BookStatus> books = new ConcurrentHashMap<>();
    private final Counter entriesPosted;
    private final Counter postingsPublished;
    private final Counter deadLetters;
    private volatile boolean joined;
    private volatile @Nullable Outage outage;

    PostingStatus(Clock clock, MeterRegistry meters) {
        this.clock = clock;
        this.entriesPosted = Counter.builder("jangbu.ledger.entries.posted")
                .description("Entries that were posted, or found posted")
                .register(meters);
        this.postingsPublished = Counter.builder("jangbu.ledger.postings.published")
                .description("Postings that were published")
                .register(meters);
        this.deadLetters = Counter.builder("jangbu.ledger.dead.letters")
                .description("Records of ledger.entries that are not entries")
                .register(meters);
        Gauge.builder("jangbu.ledger.books.stopped", this, PostingStatus::stopped)
                .description("Books that are stopped and need an operator")
                .register(meters);
    }

    /** @param reason why the book is stopped, with the evidence; null if it is not */
    record BookStatus(
            Book.State state,
            long nextOffset,
            long groupOffset,
            @Nullable String reason) {}

    /** A failure that is retried forever. */
    record Outage(String failure, Instant since, Instant logged) {}

    /** The instance is a member of the group; it may have no partition. */
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

    /** All assigned books are open or stopped, so an outage is over. */
    void allBooksOpen() {
        if (joined) {
            recovered();
        }
    }

    void revoked(Book book) {
        books.remove(book.number());
    }

    /** The book was assigned, opened or closed, or its offsets advanced. */
    void update(Book book) {
        books.put(book.number(), new BookStatus(book.state(), book.nextOffset(), book.groupOffset(), null));
    }

    void stopped(Book book, String reason) {
        log.error(
                "Book {} is stopped at offset {} of {}: {}. The other books continue.",
                book.number(),
                book.nextOffset(),
                book.partition(),
                reason);
        books.put(book.number(), new BookStatus(book.state(), book.nextOffset(), book.groupOffset(), reason));
    }

    void deadLetter(String partition, long offset, String reason) {
        log.error("The record at offset {} of {} goes to the dead letters: {}", offset, partition, reason);
    }

    void published(int entries, int postings, int dead) {
        entriesPosted.increment(entries);
        postingsPublished.increment(postings);
        deadLetters.increment(dead);
    }

    /** Logs a new failure at once, and the same one every 30 s. */
    void reportFailure(String failure, Throwable cause) {
        Instant now = clock.instant();
        Outage before = outage;
        if (before == null
                || !before.failure().equals(failure)
                || Duration.between(before.logged(), now).compareTo(WARN_INTERVAL) >= 0) {
            log.warn("{}; retrying: {}", failure, describe(cause));
            log.debug("The cause", cause);
            outage = new Outage(failure, before == null ? now : before.since(), now);
        } else {
            outage = new Outage(failure, before.since(), before.logged());
        }
    }

    void recovered() {
        Outage before = outage;
        if (before != null) {
            log.info(
                    "Posting has recovered after {} s",
                    Duration.between(before.since(), clock.instant()).toSeconds());
            outage = null;
        }
    }

    @Nullable
    Outage outage() {
        return outage;
    }

    Map<Integer, BookStatus> books() {
        return new TreeMap<>(books);
    }

    /** Whether all assigned books are open or stopped, and there is no outage. */
    boolean isReady() {
        return joined && outage == null && books.values().stream().noneMatch(book -> book.state() == Book.State.CLOSED);
    }

    long stopped() {
        return books.values().stream()
                .filter(book -> book.state() == Book.State.STOPPED)
                .count();
    }

    /** The exception and its root cause, each on one line. */
    private static String describe(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String outer = oneLine(cause);
        return root == cause ? outer : outer + " ← " + oneLine(root);
    }

    private static String oneLine(Throwable failure) {
        return failure.toString().lines().findFirst().orElseThrow();
    }
}
