package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.state.LostStateException;
import dev.jangbu.settlement.wallet.WalletProcessor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the group's offsets with Kafka before the client starts. The consumer never resets an offset
 * ({@code auto.offset.reset} is {@code none}): the first offsets of a new installation are committed here.
 *
 * <table>
 *   <caption>Decision</caption>
 *   <tr><th>the group has</th><th>Kafka has</th><th>decision</th></tr>
 *   <tr><td>every offset</td><td>the records from there, and every changelog</td><td>continue</td></tr>
 *   <tr><td>no offset</td><td>no entry, posting or changelog record, every request, and a mark</td><td>begin</td></tr>
 *   <tr><td>no offset</td><td>the same without a mark</td><td>wait</td></tr>
 *   <tr><td colspan="2">anything else</td><td>stop</td></tr>
 * </table>
 *
 * <p>The mark tells a new Kafka from one that has lost everything: payment-api publishes it only to a Kafka that it has
 * judged to be the one of its database.
 */
public final class GroupOffsets {

    static final long TIMEOUT_SECONDS = 10;

    private static final List<Topic<?>> SOURCES = List.of(Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_POSTINGS);
    /** The stores of the topology. */
    public static final List<String> STORES = List.of(
            WalletProcessor.WALLETS,
            WalletProcessor.DECIDED,
            WalletProcessor.REMEMBERED,
            WalletProcessor.PROGRESS,
            CompletionProcessor.POSTED_PARTS);

    private static final Logger log = LoggerFactory.getLogger(GroupOffsets.class);

    private final Admin admin;
    private final String group;
    private final int partitions;

    /**
     * @param group the application id
     * @param partitions the partition count of the keyed topics
     */
    public GroupOffsets(Admin admin, String group, int partitions) {
        this.admin = admin;
        this.group = group;
        this.partitions = partitions;
    }

    /**
     * Decides whether the client may start.
     *
     * @param hasLocalState whether this instance has local copies of the stores
     * @throws LostStateException if records or offsets are lost
     * @throws UnavailableException if that can't be told yet
     */
    void require(boolean hasLocalState)
            throws ExecutionException, InterruptedException, TimeoutException, UnavailableException {
        Set<String> topics = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (topics.contains(Topics.RESTORING_WALLETS)) {
            throw new LostStateException("a run of the command below was interrupted, or is not finished");
        }
        Map<TopicPartition, Long> committed = committed();
        Set<String> changelogs = changelogs(topics);
        if (committed.isEmpty()) {
            begin(changelogs, hasLocalState);
        } else {
            requireContinuation(committed, changelogs);
        }
    }

    private void requireContinuation(Map<TopicPartition, Long> committed, Set<String> changelogs)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, Long> first = offsets(partitionsOf(sources()), OffsetSpec.earliest());
        Map<TopicPartition, Long> end = offsets(partitionsOf(sources()), OffsetSpec.latest());
        List<TopicPartition> unread = new ArrayList<>();
        for (TopicPartition partition : partitionsOf(sources())) {
            long from = first.getOrDefault(partition, 0L);
            long to = end.getOrDefault(partition, 0L);
            Long offset = committed.get(partition);
            if (offset == null && to == 0 && hasOffsetOf(partition.topic(), committed)) {
                unread.add(partition);
                continue;
            }
            if (offset == null) {
                throw new LostStateException("the group " + group + " has no offset of " + partition);
            }
            if (offset < from || offset > to) {
                throw new LostStateException("the group " + group + " continues at offset " + offset + " of "
                        + partition + ", which has the records from " + from + " to " + to);
            }
        }
        Set<String> missing = new TreeSet<>(STORES);
        missing.removeIf(store -> changelogs.contains(changelog(store)));
        // The client creates all changelogs before it reads the first record.
        if (!missing.isEmpty() && committed.values().stream().anyMatch(offset -> offset > 0)) {
            throw new LostStateException("these stores have no changelog: " + missing);
        }
        if (!unread.isEmpty()) {
            commitFirst(unread);
        }
    }

    /** A partition that never had a record has no offset if the group is older than its first offsets. */
    private static boolean hasOffsetOf(String topic, Map<TopicPartition, Long> committed) {
        return committed.keySet().stream()
                .anyMatch(partition -> partition.topic().equals(topic));
    }

    private void begin(Set<String> changelogs, boolean hasLocalState)
            throws ExecutionException, InterruptedException, TimeoutException, UnavailableException {
        String none = "the group " + group + " has no offsets, but ";
        List<TopicPartition> empty = partitionsOf(Stream.concat(
                Stream.of(Topics.LEDGER_ENTRIES.name(), Topics.LEDGER_POSTINGS.name()), changelogs.stream()));
        Map<TopicPartition, Long> ends = offsets(empty, OffsetSpec.latest());
        for (TopicPartition partition : empty) {
            long end = ends.getOrDefault(partition, 0L);
            if (end > 0) {
                throw new LostStateException(none + partition + " ends at offset " + end);
            }
        }
        List<TopicPartition> requests = partitionsOf(Stream.of(Topics.SETTLEMENT_REQUESTS.name()));
        for (Map.Entry<TopicPartition, Long> first :
                offsets(requests, OffsetSpec.earliest()).entrySet()) {
            if (first.getValue() > 0) {
                throw new LostStateException(none + first.getKey() + " begins at offset " + first.getValue());
            }
        }
        if (hasLocalState) {
            throw new LostStateException(none
                    + "this instance has local stores. If Kafka is a new installation, delete its state directory");
        }
        TopicPartition marks = new TopicPartition(Topics.PAYMENT_MARKS.name(), 0);
        if (offsets(List.of(marks), OffsetSpec.latest()).getOrDefault(marks, 0L) == 0) {
            throw new UnavailableException("the group " + group + " has no offsets, and " + Topics.PAYMENT_MARKS.name()
                    + " has no mark: payment-api has not opened its database with this Kafka. If the topics were lost:"
                    + " ./jangbu restore wallets (docs/restore.md)");
        }
        commitFirst();
        log.info("A new installation: the group {} begins at the first records", group);
    }

    /**
     * Checks that the changelogs are not behind local copies of the stores. Kafka Streams would continue such a copy, on a
     * changelog that lacks a part of it.
     *
     * @param checkpoints the offset of the last record of each changelog in the copies
     * @return the number of changelogs
     * @throws LostStateException if a changelog has lost such a record
     */
    int requireAhead(Map<TopicPartition, Long> checkpoints)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<TopicPartition> changelogs = List.copyOf(checkpoints.keySet());
        offsets(changelogs, OffsetSpec.latest()).forEach((changelog, end) -> {
            long checkpoint = checkpoints.getOrDefault(changelog, -1L);
            if (checkpoint >= end) {
                throw new LostStateException(changelog + " ends at offset " + end
                        + ", but the local store contains its record " + checkpoint);
            }
        });
        return changelogs.size();
    }

    /** Commits offset 0 of every source partition. The group must have no members. */
    public void commitFirst() throws ExecutionException, InterruptedException, TimeoutException {
        commitFirst(partitionsOf(sources()));
    }

    private void commitFirst(List<TopicPartition> of)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetAndMetadata> first =
                of.stream().collect(Collectors.toMap(each -> each, each -> new OffsetAndMetadata(0)));
        admin.alterConsumerGroupOffsets(group, first).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private Map<TopicPartition, Long> committed() throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        offsets.put(partition, offset.offset());
                    }
                });
        offsets.keySet().retainAll(partitionsOf(sources()));
        return offsets;
    }

    private Set<String> changelogs(Set<String> topics) {
        return STORES.stream().map(this::changelog).filter(topics::contains).collect(Collectors.toSet());
    }

    private String changelog(String store) {
        return changelog(group, store);
    }

    /** The name of a store's changelog topic, as Kafka Streams names it. */
    public static String changelog(String group, String store) {
        return group + "-" + store + "-changelog";
    }

    private static Stream<String> sources() {
        return SOURCES.stream().map(Topic::name);
    }

    private List<TopicPartition> partitionsOf(Stream<String> topics) {
        return topics.flatMap(topic ->
                        IntStream.range(0, partitions).mapToObj(partition -> new TopicPartition(topic, partition)))
                .toList();
    }

    private Map<TopicPartition, Long> offsets(List<TopicPartition> of, OffsetSpec spec)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetSpec> specs = of.stream().collect(Collectors.toMap(each -> each, each -> spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> each : admin.listOffsets(specs)
                .all()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .entrySet()) {
            offsets.put(each.getKey(), Objects.requireNonNull(each.getValue()).offset());
        }
        return offsets;
    }
}
