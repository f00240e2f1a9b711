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
 * Makes the book again from {@code ledger.entries}, by rules written down anew, and compares it with the ledger row for row:
 * numbers, contents and the chain of hashes. Both sides come in the book's order, so nothing is sorted or kept.
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
        return "The book made anew from ledger.entries is the book, row for row and hash for hash";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        try (RefusedRecords refused = new RefusedRecords(evidence);
                Books books = new Books(evidence, breaches)) {
            int partitions = evidence.partitions(Topics.LEDGER_ENTRIES);
            evidence.topic(
                    Topics.LEDGER_ENTRIES,
                    (record, entry) -> {
                        if (isInItsPlace(record, entry, partitions)) {
                            books.compare(record.partition(), entry);
                        } else {
                            refused.add(RecordBytes.of(record), "misplaced: " + RecordBytes.origin(record));
                        }
                    },
                    refused::unreadable);
            books.reportRest();
            refused.areDeadLetters(Stage.LEDGER, breaches);
        }
    }

    /** Whether the ledger takes an entry from where it lies; another is a dead letter. */
    static boolean isInItsPlace(ConsumerRecord<byte[], byte[]> record, LedgerEntry entry, int partitions) {
        return record.key() != null
                && new String(record.key(), StandardCharsets.UTF_8).equals(entry.getWalletId())
                && Topic.partitionFor(entry.getWalletId(), partitions) == record.partition();
    }

    /** Each partition's book: how far it was made, and what the ledger has from there on. */
    private static final class Books implements AutoCloseable {

        private final Evidence evidence;
        private final Violations breaches;
        private final Map<Integer, BookRebuild> rebuilt = new TreeMap<>();
        private final Map<Integer, Facts> stored = new TreeMap<>();

        Books(Evidence evidence, Violations breaches) throws IOException, SQLException {
            this.evidence = evidence;
            this.breaches = breaches;
            evidence.ledger("SELECT book FROM books ORDER BY book", row -> open(row.getInt("book")));
        }

        private void open(int book) throws SQLException {
            rebuilt.put(book, new BookRebuild(book));
            stored.put(book, evidence.ledgerCards(JOURNALS, book));
        }

        void compare(int partition, LedgerEntry entry) throws IOException {
            BookRebuild book = rebuilt.get(partition);
            Facts rows = stored.get(partition);
            if (book == null || rows == null) {
                breaches.add(
                        "entry %s is in partition %d, and there is no such book", entry.getSettlementId(), partition);
                return;
            }
            Fact made = book.next(entry);
            Fact row = read(rows);
            if (row == null) {
                breaches.lacking(Set.of(Stage.LEDGER), "book %d: made anew %s, and nothing stored", partition, made);
            } else if (!made.equals(row)) {
                breaches.add("book %d: made anew %s, stored %s", partition, made, row);
            }
        }

        void reportRest() throws IOException, SQLException {
            for (Map.Entry<Integer, Facts> book : stored.entrySet()) {
                for (Fact row = book.getValue().next();
                        row != null;
                        row = book.getValue().next()) {
                    breaches.add("book %d: stored %s, and no entry in Kafka", book.getKey(), row);
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
