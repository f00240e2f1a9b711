package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.KafkaClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The records that active consumer groups have not read yet. Groups are not selected by name: each topic of the
 * pipeline needs at least one group, and every active group must have reached the end.
 *
 * <p>Offsets alone are not sufficient: the last offsets of a partition may be transaction markers, which no group
 * receives or commits. So the range between a group's offset and the end is read up to the first record.
 */
final class UnreadRecords implements AutoCloseable {

    /** The topics of the pipeline, and the stage that reads each. */
    private static final Map<String, PipelineStage> READERS = new TreeMap<>(Map.of(
            Topics.SETTLEMENT_REQUESTS.name(), PipelineStage.WALLET_PROCESSOR,
            Topics.LEDGER_ENTRIES.name(), PipelineStage.LEDGER,
            Topics.LEDGER_POSTINGS.name(), PipelineStage.COMPLETION_PROCESSOR,
            Topics.SETTLEMENT_COMPLETIONS.name(), PipelineStage.PAYMENT_API));

    private static final Duration READ_LIMIT = Duration.ofSeconds(5);

    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> committed;
    private final KafkaConsumer<byte[], byte[]> uncommitted;

    UnreadRecords(Installation stack) {
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafka(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000));
        this.committed = consumer(stack, "read_committed");
        this.uncommitted = consumer(stack, "read_uncommitted");
    }

    /**
     * Work that is not done yet.
     *
     * @param reason for the report
     * @param stages the stages that may have to do it
     */
    record PendingWork(String reason, Set<PipelineStage> stages) {}

    /** The unread ranges, open transactions and rebalancing groups; empty if there are none. */
    List<PendingWork> pendingWork() throws InterruptedException {
        try {
            Map<TopicPartition, Long> ends = committed.endOffsets(partitions(READERS.keySet()));
            List<PendingWork> left = new ArrayList<>(openTransactions(ends));
            Set<TopicPartition> read = new HashSet<>();
            offsetsByGroup(left)
                    .forEach((group, offsets) -> offsets.forEach((partition, at) -> {
                        Long end = ends.get(partition);
                        if (end == null) {
                            return;
                        }
                        read.add(partition);
                        if (hasRecord(partition, at.offset(), end)) {
                            String reason = "%s to read %s from %d to %d".formatted(group, partition, at.offset(), end);
                            left.add(new PendingWork(reason, Set.of(reader(partition))));
                        }
                    }));
            ends.forEach((partition, end) -> {
                if (!read.contains(partition) && hasRecord(partition, 0, end)) {
                    left.add(new PendingWork("a consumer group to read " + partition, Set.of(reader(partition))));
                }
            });
            return left;
        } catch (ExecutionException e) {
            throw new KafkaException(String.valueOf(e.getCause()), e);
        }
    }

    /**
     * The end offset of each partition of the catalogue, uncommitted records included. Without the marks of the payments
     * database, which never end.
     */
    Map<String, Long> ends() {
        List<String> topics = Topics.ALL.stream()
                .filter(topic -> !topic.equals(Topics.PAYMENT_MARKS))
                .<String>map(Topic::name)
                .toList();
        return uncommitted.endOffsets(partitions(topics)).entrySet().stream()
                .collect(
                        Collectors.toMap(end -> end.getKey().toString(), Map.Entry::getValue, Math::max, TreeMap::new));
    }

    private static PipelineStage reader(TopicPartition partition) {
        return Objects.requireNonNull(READERS.get(partition.topic()), "only topics of the pipeline are checked");
    }

    private List<TopicPartition> partitions(Collection<String> topics) {
        return topics.stream()
                .flatMap(topic -> committed.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private List<PendingWork> openTransactions(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> last = uncommitted.endOffsets(ends.keySet());
        return ends.keySet().stream()
                .filter(partition -> !Objects.equals(last.get(partition), ends.get(partition)))
                // Its producer has not finished, and the topic's readers cannot read past it.
                .map(partition ->
                        new PendingWork("a transaction on " + partition + " to end", Set.of(PipelineStage.values())))
                .toList();
    }

    /** The offsets of every group with members. A rebalancing group is added as pending work. */
    private Map<String, Map<TopicPartition, OffsetAndMetadata>> offsetsByGroup(List<PendingWork> left)
            throws ExecutionException, InterruptedException {
        List<String> consumerGroups = admin.listGroups(ListGroupsOptions.forConsumerGroups()).all().get().stream()
                .map(GroupListing::groupId)
                .toList();
        Collection<ConsumerGroupDescription> groups =
                admin.describeConsumerGroups(consumerGroups).all().get().values();
        Map<String, ListConsumerGroupOffsetsSpec> working = new TreeMap<>();
        for (ConsumerGroupDescription group : groups) {
            if (group.groupState() == GroupState.STABLE) {
                working.put(group.groupId(), new ListConsumerGroupOffsetsSpec());
            } else if (group.groupState() != GroupState.EMPTY && group.groupState() != GroupState.DEAD) {
                left.add(new PendingWork(
                        "the group " + group.groupId() + ", which is " + group.groupState(),
                        Set.of(PipelineStage.values())));
            }
        }
        Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new TreeMap<>();
        if (!working.isEmpty()) {
            offsets.putAll(admin.listConsumerGroupOffsets(working).all().get());
        }
        return offsets;
    }

    private boolean hasRecord(TopicPartition partition, long from, long end) {
        if (from >= end) {
            return false;
        }
        committed.assign(List.of(partition));
        Map<TopicPartition, Long> beginnings = committed.beginningOffsets(List.of(partition));
        committed.seek(partition, Math.max(from, beginnings.getOrDefault(partition, 0L)));
        long deadline = System.nanoTime() + READ_LIMIT.toNanos();
        while (committed.position(partition) < end) {
            // A range that cannot be read in time counts as unread.
            if (!committed.poll(Duration.ofMillis(200)).isEmpty() || System.nanoTime() - deadline >= 0) {
                return true;
            }
        }
        return false;
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Installation stack, String isolation) {
        return KafkaClients.consumer(
                stack,
                // A fetch that waits at the end of one partition delays the next partition.
                Map.of(
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation));
    }

    @Override
    public void close() {
        admin.close();
        committed.close();
        uncommitted.close();
    }
}
