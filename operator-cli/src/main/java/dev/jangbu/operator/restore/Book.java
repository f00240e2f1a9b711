package dev.jangbu.operator.restore;

import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topic;
import dev.jangbu.operator.console.CommandException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The ledger as the source of Kafka's topics. Reads as {@code jangbu_audit}; keeps a batch in memory. */
final class Book {

    private static final int FETCH = 2_000;
    private static final long PROGRESS_NANOS = 5_000_000_000L;

    private static final String HEADS = "SELECT book, last_no FROM books WHERE last_no > 0 ORDER BY book";

    /**
     * The offset of a book only grows, and the new topic is shorter: it has no transaction markers. The trigger that
     * refuses this is disabled for the owner's transaction alone.
     */
    private static final String DISABLE = "ALTER TABLE books DISABLE TRIGGER head_is_checked";

    private static final String ENABLE = "ALTER TABLE books ENABLE TRIGGER head_is_checked";

    private static final String SET_OFFSET = "UPDATE books SET next_offset = last_no WHERE next_offset <> last_no";

    private final Connection audit;
    private final long[] journals;

    private Book(Connection audit, long[] journals) {
        this.audit = audit;
        this.journals = journals;
    }

    /**
     * Reads the heads of the books.
     *
     * @param partitions of the keyed topics
     * @throws CommandException if the book was written with more partitions
     */
    static Book read(Connection audit, int partitions) throws SQLException {
        long[] journals = new long[partitions];
        try (PreparedStatement select = audit.prepareStatement(HEADS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                int book = row.getInt("book");
                if (book >= partitions) {
                    throw new CommandException("The ledger has a book %d, but the topics have %d partitions: provision"
                                    .formatted(book, partitions)
                            + " them with the partition count of the lost ones.");
                }
                journals[book] = row.getLong("last_no");
            }
        }
        return new Book(audit, journals);
    }

    /** The number of journals. */
    long size() {
        return Arrays.stream(journals).sum();
    }

    /** The number of journals of each book, which is the end offset of its partition after {@link #publish}. */
    long[] ends() {
        return journals.clone();
    }

    /**
     * Writes the entries and postings of all journals into empty topics.
     *
     * @param others further records, sent first
     * @throws CommandException if a journal has no place in the topics
     */
    void publish(
            String kafka, RecordSerdes serdes, Consumer<Consumer<ProducerRecord<byte[], byte[]>>> others, Report report)
            throws SQLException {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
            Consumer<ProducerRecord<byte[], byte[]>> send = record -> {
                Future<RecordMetadata> unused = producer.send(record, (metadata, exception) -> {
                    if (exception != null) {
                        failure.compareAndSet(null, exception);
                    }
                });
            };
            others.accept(send);
            BookRecords records = new BookRecords(serdes);
            RestoreProgress progress = new RestoreProgress(report);
            // A cursor needs a transaction.
            audit.setAutoCommit(false);
            for (int book = 0; book < journals.length; book++) {
                publish(book, records, send, progress);
            }
            audit.commit();
            audit.setAutoCommit(true);
            producer.flush();
        }
        Exception failed = failure.get();
        if (failed != null) {
            throw new KafkaException("Kafka refused a record", failed);
        }
        report.progress("%d entries and postings are published.".formatted(size()));
    }

    private void publish(
            int book, BookRecords records, Consumer<ProducerRecord<byte[], byte[]>> send, RestoreProgress progress)
            throws SQLException {
        long expected = 1;
        try (PreparedStatement select = audit.prepareStatement(BookRecords.JOURNALS)) {
            select.setFetchSize(FETCH);
            select.setInt(1, book);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    long no = row.getLong("no");
                    String wallet = row.getString("wallet_id");
                    if (no != expected || Topic.partitionFor(wallet, journals.length) != book) {
                        throw new CommandException(
                                "Journal %d of book %d, of wallet %s, is not number %d of partition %d of %d."
                                        .formatted(no, book, wallet, expected, book, journals.length));
                    }
                    expected++;
                    send.accept(records.entry(row));
                    send.accept(records.posting(row, journals.length));
                    progress.count();
                }
            }
        }
        if (expected - 1 != journals[book]) {
            throw new CommandException("Book %d ends at journal %d instead of %d: ledger-service still writes."
                    .formatted(book, expected - 1, journals[book]));
        }
    }

    /** Sets the offset of each book to the end of its new partition. */
    static void setOffsets(Database owner) throws SQLException {
        owner.inTransaction(() -> {
            owner.update(DISABLE);
            owner.update(SET_OFFSET);
            owner.update(ENABLE);
        });
    }

    private static final class RestoreProgress {

        private final Report report;
        private long count;
        private long reported = System.nanoTime();

        RestoreProgress(Report report) {
            this.report = report;
        }

        void count() {
            count++;
            if (System.nanoTime() - reported > PROGRESS_NANOS) {
                reported = System.nanoTime();
                report.progress("  %d journals are published.".formatted(count));
            }
        }
    }

    /** Without transactions: the offsets are the journal numbers, and an interrupted run is not continued but repeated. */
    private static KafkaProducer<byte[], byte[]> producer(String kafka) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ProducerConfig.LINGER_MS_CONFIG,
                        20,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        128 * 1024,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
