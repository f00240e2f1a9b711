package dev.jangbu.operator.restore;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.UuidText;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.outbox.OutboxRows;
import dev.jangbu.operator.restore.Restoration.ConnectionSource;
import dev.jangbu.operator.restore.SettlementTopics.Shape;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Rebuilds Kafka's topics and the wallets from the ledger, after Kafka was lost or went back:
 *
 * <ol>
 *   <li>stops the outbox connector, and deletes what is left of the topics of the way and of the changelogs
 *   <li>writes {@code ledger.entries} and {@code ledger.postings} from the journals, and sets the books' offsets
 *   <li>lets streams-processor's program write the changelogs from the entries, and commit the group's first offsets
 *   <li>creates the replication slot again, and inserts every outbox row again
 *   <li>opens the payments database with a mark, and resumes the connector
 * </ol>
 *
 * <p>The completion processor then counts all postings again: what was not completed completes. An interrupted run is
 * repeated from its beginning; {@link Topics#RESTORING_WALLETS} keeps streams-processor from starting on half of it.
 */
final class WalletRestoration {

    private static final int BATCH = 2_000;

    private static final String UNPOSTED = """
            SELECT count(*) AS unposted FROM unnest(?) AS entry (settlement_id)
             WHERE NOT EXISTS (SELECT FROM journals j WHERE j.settlement_id = entry.settlement_id)
            """;

    private final Parts parts;
    private final Options options;
    private final Report report;

    /** @param lines receives the printed lines */
    WalletRestoration(Parts parts, Options options, Consumer<String> lines) {
        this.parts = parts;
        this.options = options;
        this.report = new Report(lines);
    }

    /**
     * The parts of the installation.
     *
     * @param payments reads the payments database
     * @param ledger reads the ledger's database
     * @param owner a connection to the ledger's database as {@code jangbu_owner}
     * @param maintenance a connection to the payments database as {@code jangbu_maintenance}
     * @param replication a connection to the payments database as {@code jangbu_cdc}
     * @param stores writes the changelogs from the entries
     */
    record Parts(
            String kafka,
            String registry,
            RecordSerdes serdes,
            Database payments,
            Database ledger,
            ConnectionSource owner,
            ConnectionSource maintenance,
            ConnectionSource replication,
            OutboxConnector connector,
            StoresProgram stores) {}

    /** The program {@code RestoreStores} of streams-processor, which owns the stores' formats. */
    interface StoresProgram {

        /**
         * @param rejected its standard input
         * @return its exit code
         */
        int run(Map<String, String> environment, String rejected) throws IOException, InterruptedException;
    }

    /**
     * @param isDryRun only shows what would be done
     * @param discardsKafka permits to delete records
     * @param applicationId that of streams-processor
     */
    record Options(boolean isDryRun, boolean discardsKafka, String applicationId) {}

    /**
     * Shows or restores.
     *
     * @return whether nothing is left to do, neither for this command nor for a person
     * @throws CommandException if a service runs, or records may not be deleted
     */
    boolean run() throws SQLException, IOException, InterruptedException {
        try (SettlementTopics topics = new SettlementTopics(parts.kafka(), options.applicationId())) {
            topics.requireStopped();
            Shape shape = topics.shape();
            Book book = Book.read(parts.ledger().connection(), shape.partitions());
            RejectedPayouts rejected = RejectedPayouts.read(parts.payments(), parts.serdes());
            Map<String, Long> records = topics.records();
            report.progress("The ledger has %d journals; %d payouts are rejected."
                    .formatted(book.size(), rejected.payouts().size()));
            describe(records);
            OpenReferences.list(parts.payments(), parts.ledger(), report);
            if (options.isDryRun()) {
                report.end();
                return false;
            }
            if (!records.isEmpty() && !options.discardsKafka() && !topics.isRestoring()) {
                throw new CommandException(
                        "Kafka still has records of the settlement. They are deleted and written again"
                                + " from the ledger: let ledger-service post what is left, then add --discard-kafka.");
            }
            restore(topics, shape, book, rejected);
            return report.end();
        }
    }

    private void describe(Map<String, Long> records) throws SQLException {
        records.forEach(
                (topic, count) -> report.progress("  to be deleted: %s, at most %d records".formatted(topic, count)));
        long unposted = records.containsKey(Topics.LEDGER_ENTRIES.name()) ? unposted() : 0;
        if (unposted > 0) {
            report.progress(
                    ("  %d of the entries are not in the ledger. ledger-service can post them, else their requests"
                                    + " are decided again.")
                            .formatted(unposted));
        }
    }

    private long unposted() throws SQLException {
        Deserializer<LedgerEntry> deserializer =
                parts.serdes().warm(Topics.LEDGER_ENTRIES).deserializer();
        long unposted = 0;
        List<UUID> batch = new ArrayList<>();
        try (CommittedTopic topic = CommittedTopic.open(parts.kafka(), Topics.LEDGER_ENTRIES)) {
            for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
                try {
                    UuidText.parse(deserializer
                                    .deserialize(record.topic(), record.value())
                                    .getSettlementId())
                            .ifPresent(batch::add);
                } catch (PoisonRecordException e) {
                    // ledger-service has refused it.
                    continue;
                }
                if (batch.size() == BATCH) {
                    unposted += unposted(batch);
                    batch.clear();
                }
            }
        }
        return unposted + unposted(batch);
    }

    private long unposted(List<UUID> settlements) throws SQLException {
        return parts.ledger()
                .first(UNPOSTED, row -> row.getLong("unposted"), (Object) settlements.toArray(UUID[]::new))
                .orElseThrow();
    }

    private void restore(SettlementTopics topics, Shape shape, Book book, RejectedPayouts rejected)
            throws SQLException, IOException, InterruptedException {
        try (Database owner = parts.owner().open();
                Database maintenance = parts.maintenance().open();
                Database replication = parts.replication().open()) {
            boolean isRegistered = parts.connector().isRegistered();
            if (isRegistered) {
                parts.connector().stop();
                report.progress("The outbox connector is stopped.");
            }
            topics.begin(shape);
            report.progress("The topics are empty.");
            book.publish(
                    parts.kafka(),
                    parts.serdes(),
                    send -> rejected.publish(send, parts.serdes(), shape.partitions()),
                    report);
            Book.setOffsets(owner);
            topics.commitLedgerOffsets(book.ends());
            restoreStores(shape, rejected);
            report.progress("The wallets and %d settlement ids are restored."
                    .formatted(book.size() + rejected.payouts().size()));
            republish(maintenance, replication, isRegistered);
            open(topics, maintenance, isRegistered);
        }
    }

    private void restoreStores(Shape shape, RejectedPayouts rejected) throws IOException, InterruptedException {
        int exit = parts.stores()
                .run(
                        Map.of(
                                "JANGBU_KAFKA", parts.kafka(),
                                "JANGBU_REGISTRY", parts.registry(),
                                "JANGBU_APPLICATION_ID", options.applicationId(),
                                "JANGBU_REPLICATION_FACTOR", Integer.toString(shape.replicationFactor())),
                        rejected.lines());
        if (exit != 0) {
            throw new CommandException("The wallets are not restored. Run this command again.");
        }
    }

    private void republish(Database maintenance, Database replication, boolean isRegistered) throws SQLException {
        if (isRegistered) {
            parts.connector().deleteOffsets();
        }
        ReplicationSlot.createAgain(replication);
        // Only now: the slot has nothing that was written before it.
        OutboxRows rows = new OutboxRows(maintenance.connection());
        long sent = rows.republish(Instant.EPOCH, rows.now(), BATCH, (count, last) -> {});
        maintenance.connection().setAutoCommit(true);
        report.progress("The replication slot is created again; %d outbox rows are to be published.".formatted(sent));
    }

    private void open(SettlementTopics topics, Database maintenance, boolean isRegistered) throws SQLException {
        DatabaseMark mark = new Marks(parts.kafka(), parts.serdes()).open(maintenance);
        if (isRegistered) {
            parts.connector().resume();
        } else {
            report.forPerson("The outbox connector is not registered at Kafka Connect: register it, then run"
                    + " \"outbox republish\".");
        }
        topics.end();
        report.progress(
                "The database is open, with mark %d of epoch %d. streams-processor and ledger-service may start."
                        .formatted(mark.getSequence(), mark.getEpoch()));
    }
}
