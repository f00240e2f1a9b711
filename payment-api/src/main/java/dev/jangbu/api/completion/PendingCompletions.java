package dev.jangbu.api.completion;

import dev.jangbu.contract.SettlementCompleted;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The received completions that are not recorded yet, and the offsets that this allows to commit. Later completions go
 * on; the group's offset stays below the first pending one. Not thread-safe.
 */
final class PendingCompletions {

    private final Map<TopicPartition, NavigableMap<Long, PendingCompletion>> pending = new HashMap<>();
    private final Map<TopicPartition, Long> nextOffsets = new HashMap<>();

    /**
     * A completion and its record.
     *
     * @param since when it was received
     */
    record PendingCompletion(ConsumerRecord<byte[], byte[]> record, SettlementCompleted completion, Instant since) {}

    /** Adds a completion; one that is delivered again keeps its time. */
    void add(PendingCompletion received) {
        pending.computeIfAbsent(partitionOf(received.record()), partition -> new TreeMap<>())
                .putIfAbsent(received.record().offset(), received);
    }

    void remove(PendingCompletion done) {
        NavigableMap<Long, PendingCompletion> offsets = pending.get(partitionOf(done.record()));
        if (offsets != null) {
            offsets.remove(done.record().offset());
        }
    }

    /** Forgets partitions that another instance may consume now. */
    void forget(Collection<TopicPartition> partitions) {
        pending.keySet().removeAll(partitions);
        nextOffsets.keySet().removeAll(partitions);
    }

    /** All of them, each partition in the order of offsets. */
    List<PendingCompletion> all() {
        return pending.values().stream()
                .flatMap(offsets -> offsets.values().stream())
                .toList();
    }

    /** Notes that these records are recorded, in the dead letters or pending. */
    void accepted(Collection<ConsumerRecord<byte[], byte[]>> records) {
        records.forEach(record -> nextOffsets.put(partitionOf(record), record.offset() + 1));
    }

    /** The offsets to commit: the first pending one of each partition, or the next after the last accepted record. */
    Map<TopicPartition, OffsetAndMetadata> committable() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        nextOffsets.forEach((partition, next) -> {
            NavigableMap<Long, PendingCompletion> open = pending.getOrDefault(partition, new TreeMap<>());
            offsets.put(partition, new OffsetAndMetadata(open.isEmpty() ? next : open.firstKey()));
        });
        return offsets;
    }

    private static TopicPartition partitionOf(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }
}
