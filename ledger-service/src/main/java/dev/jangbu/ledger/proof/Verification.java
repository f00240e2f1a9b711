package dev.jangbu.ledger.proof;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.kafka.CommittedRecords;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Proves a book, or finds where it was changed:
 *
 * <ol>
 *   <li>the ends of {@code ledger.postings} are noted, and then a snapshot of the database is taken: whatever lies before
 *       those ends must be in it;
 *   <li>the postings are read; of journals whose posting is still on its way, some time is waited for it;
 *   <li>each book is read from its first journal: numbers without a gap, lines where they belong, hashes that follow from
 *       the content ({@link Chain}), and each hash the one that its posting says;
 *   <li>heads and balances are what the journals and lines give, and accounts are of the kind that their codes say.
 * </ol>
 *
 * <p>Who rewrites the database, all later hashes included, can do so unseen by the database itself; but the first hash that
 * changed is in Kafka as it was.
 */
public final class Verification {

    private static final int BATCH = 5_000;

    private static final String HEADS = "SELECT book, last_no FROM books ORDER BY book";

    private final Deserializer<LedgerPosted> postings;
    private final String brokers;
    private final Duration waitForPostings;
    private final Consumer<String> progress;

    /**
     * @param waitForPostings how long a posting may be on its way
     * @param progress told from time to time how far it is
     */
    public Verification(
            String brokers, Deserializer<LedgerPosted> postings, Duration waitForPostings, Consumer<String> progress) {
        this.brokers = brokers;
        this.postings = postings;
        this.waitForPostings = waitForPostings;
        this.progress = progress;
    }

    /**
     * @param journals by book
     * @param unreadable records of {@code ledger.postings} that are no postings
     */
    public record Report(Map<Integer, Long> journals, Findings findings, long unreadable) {}

    /** Reads everything; takes as long as that takes. */
    public Report run(Snapshot snapshot) throws SQLException, IOException {
        try (CommittedRecords records = CommittedRecords.of(brokers, Topics.LEDGER_POSTINGS, BATCH);
                Postings said = new Postings(postings, progress)) {
            Map<TopicPartition, Long> ends = records.ends();
            Map<Integer, Long> heads = heads(snapshot.connection());
            said.expect(heads);
            records.readTo(ends, batch -> said.take(batch, true));
            awaitOthers(records, said);
            Findings findings = said.findings();
            Chain chain = new Chain(snapshot.connection(), findings, progress);
            for (Map.Entry<Integer, Long> head : heads.entrySet()) {
                chain.verify(head.getKey(), said.of(head.getKey()));
            }
            new Sums(snapshot.connection(), findings).compare();
            return new Report(heads, findings, said.unreadable());
        }
    }

    private void awaitOthers(CommittedRecords records, Postings said) {
        long begin = System.nanoTime();
        while (said.missing() > 0 && System.nanoTime() - begin < waitForPostings.toNanos()) {
            progress.accept("waiting for the postings of " + said.missing() + " journals");
            records.readOn(batch -> said.take(batch, false));
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
