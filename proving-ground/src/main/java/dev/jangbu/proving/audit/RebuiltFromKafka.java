package dev.jangbu.proving.audit;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Fact;
import dev.jangbu.proving.facts.Facts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the journals from {@code ledger.entries}, by a second implementation of the rules, and compares them with
 * the ledger: numbers, contents and the hash chain. Both sides come in the book's order, so nothing is sorted or
 * kept.
 */
final class RebuiltFromKafka implements Invariant {

    private static final String JOURNALS = """
            SELECT j.no AS key,
                   concat_ws(' ', j.settlement_id, j.kind, j.reference_id, j.reference_parts, j.currency, j.wallet_id,
                       j.wallet_version, j.balance_after, (extract(epoch FROM j.occurred_at) * 1000)::bigint,
                       (extract(epoch FROM j.recorded_at) * 1000)::bigint,
                       (SELECT string_agg(concat_ws(' ', l.account, l.side, l.currency, l.amount), ' ' ORDER BY l.line_no)
                          FROM lines l
                         WHERE l.settlement_id = j.settlement_id),
                       encode(j.hash, 'hex')) AS text
              FROM journals j
             WHERE j.book = ?
             ORDER BY j.no
            """;

    @Override
    public int number() {
        return 13;
    }

    @Override
    public String statement() {
        return "The ledger rebuilt from ledger.entries equals the stored ledger in every journal and hash";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (ExpectedDeadLetters expected = new ExpectedDeadLetters(sources);
                Books books = new Books(sources, violations)) {
            int partitions = sources.partitions(Topics.LEDGER_ENTRIES);
            sources.topic(
                    Topics.LEDGER_ENTRIES,
                    (record, entry) -> {
                        if (isOnItsPartition(record, entry, partitions)) {
                            books.compare(record.partition(), entry);
                        } else {
                            expected.add(RecordBytes.of(record), "misplaced: " + RecordBytes.origin(record));
                        }
                    },
                    expected::addUnreadable);
            books.reportExtraJournals();
            expected.verify(PipelineStage.LEDGER, violations);
        }
    }

    /** Whether an entry is on the partition of its wallet. The ledger refuses any other as a dead letter. */
    static boolean isOnItsPartition(ConsumerRecord<byte[], byte[]> record, LedgerEntry entry, int partitions) {
        return record.key() != null
                && new String(record.key(), StandardCharsets.UTF_8).equals(entry.getWalletId())
                && Topic.partitionFor(entry.getWalletId(), partitions) == record.partition();
    }

    /** Per partition: the book as rebuilt so far, and the stored journals from there on. */
    private static final class Books implements AutoCloseable {

        private final AuditSources sources;
        private final Violations violations;
        private final Map<Integer, BookRebuild> rebuilt = new TreeMap<>();
        private final Map<Integer, Facts> stored = new TreeMap<>();

        Books(AuditSources sources, Violations violations) throws IOException, SQLException {
            this.sources = sources;
            this.violations = violations;
            sources.ledger("SELECT book FROM books ORDER BY book", row -> open(row.getInt("book")));
        }

        private void open(int book) throws SQLException {
            rebuilt.put(book, new BookRebuild(book));
            stored.put(book, sources.ledgerFacts(JOURNALS, book));
        }

        void compare(int partition, LedgerEntry entry) throws IOException {
            BookRebuild book = rebuilt.get(partition);
            Facts rows = stored.get(partition);
            if (book == null || rows == null) {
                violations.add(
                        "entry %s is on partition %d, and there is no such book", entry.getSettlementId(), partition);
                return;
            }
            Fact expected = book.next(entry);
            Fact row = read(rows);
            if (row == null) {
                violations.addMissing(
                        Set.of(PipelineStage.LEDGER), "book %d: rebuilt %s, stored nothing", partition, expected);
            } else if (!expected.equals(row)) {
                violations.add("book %d: rebuilt %s, stored %s", partition, expected, row);
            }
        }

        void reportExtraJournals() throws IOException, SQLException {
            for (Map.Entry<Integer, Facts> book : stored.entrySet()) {
                for (Fact row = book.getValue().next();
                        row != null;
                        row = book.getValue().next()) {
                    violations.add("book %d: stored %s, no entry in Kafka", book.getKey(), row);
                }
            }
        }

        private static @Nullable Fact read(Facts rows) throws IOException {
            try {
                return rows.next();
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() throws IOException, SQLException {
            for (Facts rows : stored.values()) {
                rows.close();
            }
        }
    }
}
