package dev.jangbu.operator.deadletters;

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
 * Proves that a settlement was never decided. The search follows the path of a settlement, so one that advances
 * meanwhile is found further down:
 *
 * <ol>
 *   <li>requests that the settlement topology has not committed
 *   <li>for a payout, the completions: a rejected payout has no entry
 *   <li>entries that ledger-service has not posted
 *   <li>the ledger
 * </ol>
 */
final class AbsenceProof {

    /**
     * The completion is the only record of a rejected payout. Its topic keeps 30 days; one day less leaves a margin for
     * clocks.
     */
    private static final Duration COMPLETIONS_RETENTION = Duration.ofDays(29);

    private final String kafka;
    private final String group;
    private final RecordSerdes serdes;
    private final LedgerReader ledger;
    private final Clock clock;

    AbsenceProof(String kafka, String group, RecordSerdes serdes, LedgerReader ledger, Clock clock) {
        this.kafka = kafka;
        this.group = group;
        this.serdes = serdes;
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * Searches for the settlement.
     *
     * @return the topics and offsets that were searched
     * @throws ReplayRefusedException if the settlement was found, or its absence can't be proved
     */
    String prove(SettlementRequested request) throws SQLException, InterruptedException {
        String id = request.getSettlementId();
        StringBuilder proof = new StringBuilder();
        try (TopicScan scan = new TopicScan(kafka)) {
            Map<TopicPartition, Long> undecided = undecided(scan);
            proof.append("not in ").append(TopicScan.describe(undecided)).append(" to ");
            proof.append(TopicScan.describe(
                    search(scan, Topics.SETTLEMENT_REQUESTS, undecided, pending -> pending.getSettlementId()
                            .equals(id))));
            if (request.getKind() == SettlementKind.PAYOUT) {
                proof.append("; ").append(notRejected(scan, request));
            }
            Map<TopicPartition, Long> unposted = new HashMap<>();
            Map<Integer, Long> nextOffsets = ledger.nextOffsets();
            scan.partitions(Topics.LEDGER_ENTRIES.name())
                    .forEach(partition -> unposted.put(partition, nextOffsets.getOrDefault(partition.partition(), 0L)));
            proof.append("; not in ").append(TopicScan.describe(unposted)).append(" to ");
            proof.append(TopicScan.describe(
                    search(scan, Topics.LEDGER_ENTRIES, unposted, (LedgerEntry entry) -> entry.getSettlementId()
                            .equals(id))));
        }
        ledger.findJournal(UUID.fromString(id)).ifPresent(journal -> {
            throw new ReplayRefusedException("Settlement " + id + " is in the ledger: " + journal);
        });
        return proof.append("; not in the ledger").toString();
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
            throw new IllegalStateException(
                    "The committed offsets of the settlement topology can't be read", e.getCause());
        }
        return from;
    }

    private String notRejected(TopicScan scan, SettlementRequested payout) {
        Instant requestedAt =
                Instant.ofEpochMilli(UUID.fromString(payout.getSettlementId()).getMostSignificantBits() >>> 16);
        if (requestedAt.isBefore(clock.instant().minus(COMPLETIONS_RETENTION))) {
            throw new ReplayRefusedException("Payout " + payout.getReferenceId() + " was requested at " + requestedAt
                    + ". Its absence can't be proved: settlement.completions keeps 30 days. Request a new payout");
        }
        String topic = Topics.SETTLEMENT_COMPLETIONS.name();
        int partition = Topic.partitionFor(
                payout.getReferenceId(), scan.partitions(topic).size());
        TopicPartition only = new TopicPartition(topic, partition);
        Map<TopicPartition, Long> from =
                Map.of(only, Objects.requireNonNull(scan.beginnings(topic).get(only)));
        Map<TopicPartition, Long> to = search(
                scan,
                Topics.SETTLEMENT_COMPLETIONS,
                from,
                (SettlementCompleted completion) -> completion.getReferenceId().equals(payout.getReferenceId())
                        && completion.getOutcome() == Outcome.REJECTED);
        return "not rejected in " + TopicScan.describe(from) + " to " + TopicScan.describe(to);
    }

    /** Searches partitions from an offset for a record. Skips records that do not decode: they settle nothing. */
    <T extends SpecificRecord> Map<TopicPartition, Long> search(
            TopicScan scan, Topic<T> topic, Map<TopicPartition, Long> from, Predicate<T> condition) {
        Deserializer<T> deserializer = serdes.of(topic).deserializer();
        return scan.read(from, record -> {
            if (LenientDecoder.decode(deserializer, record).filter(condition).isPresent()) {
                throw new ReplayRefusedException("Found in %s-%d@%d: it was, or will be, processed"
                        .formatted(record.topic(), record.partition(), record.offset()));
            }
            return true;
        });
    }
}
