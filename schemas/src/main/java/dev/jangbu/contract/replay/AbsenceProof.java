package dev.jangbu.contract.replay;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
record AbsenceProof(String kafka, String group, RecordSerdes serdes, PostedJournals ledger, Clock clock) {

    /**
     * The completion is the only record of a rejected payout. Its topic keeps 30 days; one day less leaves a margin for
     * clocks.
     */
    private static final Duration COMPLETIONS_RETENTION = Duration.ofDays(29);

    /**
     * @return the topics and offsets that were searched
     * @throws AlreadyDecidedException if the settlement was found
     * @throws ReplayRefusedException if its absence can't be proved
     */
    String prove(SettlementRequested request) throws InterruptedException {
        String id = request.getSettlementId();
        StringBuilder proof = new StringBuilder("not in ").append(notRequested(id));
        if (request.getKind() == SettlementKind.PAYOUT) {
            proof.append("; not rejected in ").append(notRejected(request));
        }
        proof.append("; not in ").append(notPending(id));
        ledger.find(UUID.fromString(id)).ifPresent(journal -> {
            throw new AlreadyDecidedException("Settlement " + id + " is in the ledger: " + journal);
        });
        return proof.append("; not in the ledger").toString();
    }

    private String notRequested(String id) throws InterruptedException {
        try (CommittedTopic requests = CommittedTopic.open(kafka, Topics.SETTLEMENT_REQUESTS);
                Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, Long> undecided = from(requests, partition -> {
                OffsetAndMetadata offset = committed.get(partition);
                return offset == null ? 0 : offset.offset();
            });
            return search(requests, Topics.SETTLEMENT_REQUESTS, undecided, pending -> pending.getSettlementId()
                    .equals(id));
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "The committed offsets of the settlement topology can't be read", e.getCause());
        }
    }

    private String notRejected(SettlementRequested payout) {
        Instant requestedAt = payout.getOccurredAt();
        if (requestedAt.isBefore(clock.instant().minus(COMPLETIONS_RETENTION))) {
            throw new ReplayRefusedException("Payout " + payout.getReferenceId() + " was requested at " + requestedAt
                    + ". Its absence can't be proved: settlement.completions keeps 30 days. Request a new payout");
        }
        try (CommittedTopic completions = CommittedTopic.open(kafka, Topics.SETTLEMENT_COMPLETIONS)) {
            int partition = Topic.partitionFor(
                    payout.getReferenceId(), completions.partitions().size());
            Map<TopicPartition, Long> from = new HashMap<>(completions.beginningOffsets());
            from.keySet().removeIf(each -> each.partition() != partition);
            return search(
                    completions,
                    Topics.SETTLEMENT_COMPLETIONS,
                    from,
                    completion -> completion.getReferenceId().equals(payout.getReferenceId())
                            && completion.getOutcome() == Outcome.REJECTED);
        }
    }

    private String notPending(String id) {
        try (CommittedTopic entries = CommittedTopic.open(kafka, Topics.LEDGER_ENTRIES)) {
            Map<Integer, Long> nextOffsets = ledger.nextOffsets();
            Map<TopicPartition, Long> unposted =
                    from(entries, partition -> nextOffsets.getOrDefault(partition.partition(), 0L));
            return search(entries, Topics.LEDGER_ENTRIES, unposted, entry -> entry.getSettlementId()
                    .equals(id));
        }
    }

    /** The given offset of each partition, or the first retained one if that is higher. */
    private static Map<TopicPartition, Long> from(CommittedTopic topic, ToLongFunction<TopicPartition> offset) {
        Map<TopicPartition, Long> from = new HashMap<>(topic.beginningOffsets());
        from.replaceAll((partition, beginning) -> Math.max(beginning, offset.applyAsLong(partition)));
        return from;
    }

    /**
     * Searches partitions from an offset to the high watermark for a record. Skips records that do not decode: they settle
     * nothing.
     *
     * @return the offsets that were searched, for instance {@code ledger.entries-0@17 to ledger.entries-0@20}
     * @throws AlreadyDecidedException if there is such a record
     */
    <T extends SpecificRecord> String search(
            CommittedTopic committed, Topic<T> topic, Map<TopicPartition, Long> from, Predicate<T> condition) {
        Deserializer<T> deserializer = serdes.of(topic).deserializer();
        Map<TopicPartition, Long> to = new HashMap<>(committed.highWatermarks());
        to.keySet().retainAll(from.keySet());
        for (ConsumerRecord<byte[], byte[]> record : committed.records(from, to)) {
            if (decode(deserializer, record).filter(condition).isPresent()) {
                throw new AlreadyDecidedException("Found in %s-%d@%d: it was, or will be, processed"
                        .formatted(record.topic(), record.partition(), record.offset()));
            }
        }
        return describe(from) + " to " + describe(to);
    }

    private static <T> Optional<T> decode(Deserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(deserializer.deserialize(record.topic(), record.value()));
        } catch (PoisonRecordException e) {
            return Optional.empty();
        }
    }

    /** For instance {@code ledger.entries-0@17 ledger.entries-1@3}, sorted. */
    private static String describe(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .map(each -> each.getKey() + "@" + each.getValue())
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
