package dev.jangbu.ledger.verification;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.ledger.database.Snapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Verifies the ledger, or finds where it was changed:
 *
 * <ol>
 *   <li>reads the end offsets of {@code ledger.postings}, then takes a snapshot of the database: the journals of all
 *       postings before those offsets must be in it;
 *   <li>reads the postings, and waits for those that are not published yet;
 *   <li>checks each book ({@link HashChainCheck}): numbers without a gap, complete lines, hashes that match the
 *       content and the postings;
 *   <li>checks heads, balances and account kinds ({@link BalanceCheck}).
 * </ol>
 *
 * <p>A change of the database that includes all later hashes passes the checks within the database, but not the
 * comparison with the postings in Kafka.
 */
public final class LedgerVerification {

    private static final Duration POLL = Duration.ofMillis(250);

    private final Supplier<CommittedTopic> topic;
    private final Deserializer<LedgerPosted> postings;
    private final Duration waitForPostings;
    private final Consumer<String> progress;

    /**
     * @param topic opens {@code ledger.postings}
     * @param waitForPostings how long to wait for postings that are not published yet
     * @param progress receives progress messages
     */
    public LedgerVerification(
            Supplier<CommittedTopic> topic,
            Deserializer<LedgerPosted> postings,
            Duration waitForPostings,
            Consumer<String> progress) {
        this.topic = topic;
        this.postings = postings;
        this.waitForPostings = waitForPostings;
        this.progress = progress;
    }

    /**
     * @param journals by book
     * @param malformed the number of records of {@code ledger.postings} that are not postings
     */
    public record Report(Map<Integer, Long> journals, Findings findings, long malformed) {}

    /** Reads all postings and journals. */
    public Report run(Snapshot snapshot) throws IOException, InterruptedException {
        Findings findings = new Findings();
        try (CommittedTopic committed = topic.get()) {
            Map<TopicPartition, Long> ends = committed.endOffsets();
            Map<Integer, Long> heads = snapshot.heads();
            try (PostingIndex index = new PostingIndex(heads, postings, findings, progress)) {
                committed.batches(committed.beginningOffsets(), ends).forEach(batch -> index.add(batch, true));
                awaitPostings(committed, ends, index);
                index.byBook().forEach((book, posted) -> new HashChainCheck(snapshot, book, posted, findings, progress)
                        .verify());
                new BalanceCheck(snapshot, findings).compare();
                return new Report(heads, findings, index.malformed());
            }
        }
    }

    private void awaitPostings(CommittedTopic topic, Map<TopicPartition, Long> read, PostingIndex index)
            throws InterruptedException {
        Map<TopicPartition, Long> from = read;
        long begin = System.nanoTime();
        while (index.missing() > 0 && System.nanoTime() - begin < waitForPostings.toNanos()) {
            progress.accept("waiting for the postings of " + index.missing() + " journals");
            Thread.sleep(POLL);
            Map<TopicPartition, Long> ends = topic.endOffsets();
            topic.batches(from, ends).forEach(batch -> index.add(batch, false));
            from = ends;
        }
    }
}
