package dev.jangbu.ledger.proof;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.book.AccountKind;
import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.kafka.CommittedRecords;
import dev.jangbu.ledger.proof.PostedHashes.Said;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

    private static final String BALANCES = """
            SELECT coalesce(b.book, l.book) AS book, coalesce(b.account, l.account) AS account,
                   coalesce(b.currency, l.currency) AS currency, b.debits, b.credits,
                   l.debits AS line_debits, l.credits AS line_credits
            FROM balances b
            FULL JOIN (
                SELECT book, account, currency,
                       coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                       coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                FROM lines GROUP BY book, account, currency
            ) l ON l.book = b.book AND l.account = b.account AND l.currency = b.currency
            WHERE (b.debits, b.credits) IS DISTINCT FROM (l.debits, l.credits)
              AND NOT (l.book IS NULL AND b.debits = 0 AND b.credits = 0)
            ORDER BY 1, 2, 3
            """;

    private static final String ORPHANS = """
            SELECT l.book, l.settlement_id, count(*) AS lines FROM lines l
            WHERE NOT EXISTS (SELECT FROM journals j WHERE j.settlement_id = l.settlement_id)
            GROUP BY l.book, l.settlement_id ORDER BY 1, 2 LIMIT 100
            """;

    private static final String STRAY_BOOKS =
            "SELECT book, count(*) AS journals FROM journals WHERE book NOT IN (SELECT book FROM books) GROUP BY book ORDER BY 1";

    private static final String ACCOUNTS = "SELECT code, kind FROM accounts ORDER BY code";

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
                Postings said = new Postings()) {
            Map<TopicPartition, Long> ends = records.ends();
            Map<Integer, Long> heads = heads(snapshot.connection());
            said.expect(heads);
            records.readTo(ends, batch -> said.take(batch, true));
            awaitOthers(records, said);
            Chain chain = new Chain(snapshot.connection(), said.findings, progress);
            for (Map.Entry<Integer, Long> head : heads.entrySet()) {
                chain.verify(head.getKey(), said.of(head.getKey()));
            }
            compareBalances(snapshot.connection(), said.findings);
            lookForStrays(snapshot.connection(), said.findings);
            compareAccounts(snapshot.connection(), said.findings);
            return new Report(heads, said.findings, said.unreadable);
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

    private static void compareBalances(Connection connection, Findings findings) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(BALANCES);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%s in %s has debits of %s and credits of %s, and its lines sum up to %s and %s"
                                .formatted(
                                        row.getString("account"),
                                        row.getString("currency"),
                                        row.getString("debits"),
                                        row.getString("credits"),
                                        row.getString("line_debits"),
                                        row.getString("line_credits")));
            }
        }
    }

    private static void lookForStrays(Connection connection, Findings findings) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(STRAY_BOOKS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%d journals are of this book, which does not exist".formatted(row.getLong("journals")));
            }
        }
        try (PreparedStatement select = connection.prepareStatement(ORPHANS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                findings.add(
                        row.getInt("book"),
                        0,
                        "%d lines are of settlement %s, which has no journal"
                                .formatted(row.getLong("lines"), row.getString("settlement_id")));
            }
        }
    }

    private static void compareAccounts(Connection connection, Findings findings) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ACCOUNTS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                String code = row.getString("code");
                String kind = row.getString("kind");
                String expected = AccountKind.of(code).map(AccountKind::name).orElse("no kind that this book keeps");
                if (!expected.equals(kind)) {
                    findings.add(
                            Finding.NO_BOOK,
                            0,
                            "account %s is %s, and its code says %s".formatted(code, kind, expected));
                }
            }
        }
    }

    /** What Kafka says. */
    private final class Postings implements AutoCloseable {

        private final Map<Integer, PostedHashes> byBook = new TreeMap<>();
        private final Map<Integer, Long> heads = new TreeMap<>();
        private final Findings findings = new Findings();
        private long read;
        private long unreadable;

        void expect(Map<Integer, Long> lastNumbers) throws IOException {
            heads.putAll(lastNumbers);
            for (Map.Entry<Integer, Long> head : lastNumbers.entrySet()) {
                byBook.put(head.getKey(), new PostedHashes(head.getValue()));
            }
        }

        PostedHashes of(int book) {
            PostedHashes hashes = byBook.get(book);
            if (hashes == null) {
                throw new IllegalArgumentException("No book " + book);
            }
            return hashes;
        }

        long missing() {
            long missing = 0;
            for (Map.Entry<Integer, Long> head : heads.entrySet()) {
                missing += head.getValue() - of(head.getKey()).count();
            }
            return missing;
        }

        /** @param mustBeThere whether their journals were committed before the snapshot */
        void take(Iterable<ConsumerRecord<byte[], byte[]>> batch, boolean mustBeThere) {
            for (ConsumerRecord<byte[], byte[]> record : batch) {
                try {
                    take(postings.deserialize(record.topic(), record.headers(), record.value()), mustBeThere);
                } catch (PoisonRecordException e) {
                    unreadable++;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                read++;
            }
            progress.accept(String.format("%,d postings read", read));
        }

        private void take(LedgerPosted posted, boolean mustBeThere) throws IOException {
            int book = posted.getBook();
            long no = posted.getJournalNo();
            String settlement = posted.getSettlementId();
            long lastNo = heads.getOrDefault(book, 0L);
            if (no < 1 || no > lastNo) {
                if (mustBeThere || no < 1) {
                    findings.add(
                            book,
                            no,
                            "settlement %s was posted as it on %s, and the book ends at %d"
                                    .formatted(settlement, posted.getPostedAt(), lastNo));
                }
                return;
            }
            UUID id = UUID.fromString(settlement);
            if (!of(book).put(no, new Said(id, posted.getHash()))) {
                findings.add(book, no, "was posted more than once, the last time as settlement " + settlement);
            }
        }

        @Override
        public void close() throws IOException {
            List<IOException> failures = new ArrayList<>();
            for (PostedHashes hashes : byBook.values()) {
                try {
                    hashes.close();
                } catch (IOException e) {
                    failures.add(e);
                }
            }
            if (!failures.isEmpty()) {
                throw failures.getFirst();
            }
        }
    }
}
