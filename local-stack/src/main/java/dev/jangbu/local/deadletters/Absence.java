package dev.jangbu.local.deadletters;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Proves that a settlement was never decided. Each place is looked through before the next, in the order in which a
 * settlement passes them, so that what moves on meanwhile is met further down:
 *
 * <ol>
 *   <li>requests that the wallet desk has not committed yet
 *   <li>for a payout, the completions: one that was refused has no entry
 *   <li>entries that the book has not seen yet
 *   <li>the book
 * </ol>
 */
final class Absence {

    /** Of a refused payout nothing but the completion tells, and that topic forgets. */
    private static final Duration COMPLETIONS_REMEMBER = Duration.ofDays(29);

    private final String kafka;
    private final String group;
    private final RecordSerdes serdes;
    private final Book book;
    private final Clock clock;

    Absence(String kafka, String group, RecordSerdes serdes, Book book, Clock clock) {
        this.kafka = kafka;
        this.group = group;
        this.serdes = serdes;
        this.book = book;
        this.clock = clock;
    }

    /**
     * Proves it.
     *
     * @return what was looked through, and up to where
     * @throws ReplayRefusedException if the settlement was found, or if nothing could prove that it was not decided
     */
    String prove(SettlementRequested request) throws SQLException, InterruptedException {
        String id = request.getSettlementId();
        StringBuilder proof = new StringBuilder();
        try (TopicScan scan = new TopicScan(kafka)) {
            Map<TopicPartition, Long> undecided = undecided(scan);
            proof.append("not in ").append(TopicScan.text(undecided)).append(" to ");
            proof.append(TopicScan.text(
                    search(scan, Topics.SETTLEMENT_REQUESTS, undecided, waiting -> waiting.getSettlementId()
                            .equals(id))));
            if (request.getKind() == SettlementKind.PAYOUT) {
                proof.append("; ").append(notRefused(scan, request));
            }
            Map<TopicPartition, Long> unposted = new HashMap<>();
            Map<Integer, Long> nextOffsets = book.nextOffsets();
            scan.partitions(Topics.LEDGER_ENTRIES.name())
                    .forEach(partition -> unposted.put(partition, nextOffsets.getOrDefault(partition.partition(), 0L)));
            proof.append("; not in ").append(TopicScan.text(unposted)).append(" to ");
            proof.append(TopicScan.text(
                    search(scan, Topics.LEDGER_ENTRIES, unposted, (LedgerEntry entry) -> entry.getSettlementId()
                            .equals(id))));
        }
        book.journal(UUID.fromString(id)).ifPresent(where -> {
            throw new ReplayRefusedException("Settlement " + id + " is in the ledger: " + where);
        });
        return proof.append("; not in the book").toString();
    }

    private Map<TopicPartition, Long> undecided(TopicScan scan) throws InterruptedException {
        Map<TopicPartition, Long> from = new HashMap<>(scan.beginnings(Topics.SETTLEMENT_REQUESTS.name()));
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            from.replaceAll((partition, beginning) -> {
                OffsetAndMetadata offset = committed.get(partition);
                return offset == null ? beginning : Math.max(beginning, offset.offset());
            });
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka does not say what the wallet desk has committed", e.getCause());
        }
        return from;
    }

    private String notRefused(TopicScan scan, SettlementRequested payout) {
        Instant since =
                Instant.ofEpochMilli(UUID.fromString(payout.getSettlementId()).getMostSignificantBits() >>> 16);
        if (since.isBefore(clock.instant().minus(COMPLETIONS_REMEMBER))) {
            throw new ReplayRefusedException("Payout " + payout.getReferenceId() + " is of " + since
                    + ". Whether it was refused then can't be proved: settlement.completions keeps 30 days."
                    + " Ask for a new payout");
        }
        String topic = Topics.SETTLEMENT_COMPLETIONS.name();
        int partition = Topic.partitionFor(
                payout.getReferenceId(), scan.partitions(topic).size());
        TopicPartition one = new TopicPartition(topic, partition);
        Map<TopicPartition, Long> from =
                Map.of(one, Objects.requireNonNull(scan.beginnings(topic).get(one)));
        Map<TopicPartition, Long> to = search(
                scan,
                Topics.SETTLEMENT_COMPLETIONS,
                from,
                (SettlementCompleted completion) -> completion.getReferenceId().equals(payout.getReferenceId())
                        && completion.getOutcome() == Outcome.REJECTED);
        return "not refused in " + TopicScan.text(from) + " to " + TopicScan.text(to);
    }

    /** Looks for a record, in partitions from an offset on; records that can't be read are none of a settlement's. */
    <T extends SpecificRecord> Map<TopicPartition, Long> search(
            TopicScan scan, Topic<T> topic, Map<TopicPartition, Long> from, Predicate<T> wanted) {
        Deserializer<T> deserializer = serdes.of(topic).deserializer();
        return scan.read(from, record -> {
            if (PoisonTolerant.read(deserializer, record).filter(wanted).isPresent()) {
                throw new ReplayRefusedException("Found in %s-%d@%d: it has been, or is about to be, processed"
                        .formatted(record.topic(), record.partition(), record.offset()));
            }
            return true;
        });
    }
}
