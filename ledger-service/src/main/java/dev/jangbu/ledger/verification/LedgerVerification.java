package dev.jangbu.ledger.verification;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Snapshot;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
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

    private static final int BATCH = 5_000;
    private static final int KAFKA_TIMEOUT_MS = 10_000;
    private static final Duration POLL = Duration.ofMillis(250);

    private static final String HEADS = "SELECT book, last_no FROM books ORDER BY book";

    private final Deserializer<LedgerPosted> postings;
    private final String brokers;
    private final Duration waitForPostings;
    private final Consumer<String> progress;

    /**
     * @param waitForPostings how long to wait for postings that are not published yet
     * @param progress receives progress messages
     */
    public LedgerVerification(
            String brokers, Deserializer<LedgerPosted> postings, Duration waitForPostings, Consumer<String> progress) {
        this.brokers = brokers;
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
    public Report run(Snapshot snapshot) throws SQLException, IOException, InterruptedException {
        try (CommittedTopic topic = open();
                PostingIndex index = new PostingIndex(postings, progress)) {
            Map<TopicPartition, Long> ends = topic.endOffsets();
            Map<Integer, Long> heads = heads(snapshot.connection());
            index.allocate(heads);
            topic.batches(topic.beginningOffsets(), ends).forEach(batch -> index.add(batch, true));
            awaitPostings(topic, ends, index);
            Findings findings = index.findings();
            HashChainCheck chain = new HashChainCheck(snapshot.connection(), findings, progress);
            for (Map.Entry<Integer, Long> head : heads.entrySet()) {
                chain.verify(head.getKey(), index.of(head.getKey()));
            }
            new BalanceCheck(snapshot.connection(), findings).compare();
            return new Report(heads, findings, index.malformed());
        }
    }

    private CommittedTopic open() {
        return CommittedTopic.open(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, KAFKA_TIMEOUT_MS,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH),
                Topics.LEDGER_POSTINGS.name(),
                CommittedTopic.STALL_TIMEOUT);
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

    private static Map<Integer, Long> heads(Connection connection) throws SQLException {
        Map<Integer, Long> heads = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(HEADS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                heads.put(row.getInt(1), row.getLong(2));
            }
        }
        return heads;
    }
}
