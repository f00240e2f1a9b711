package dev.jangbu.operator.restore;

import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.CommandException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of a settlement's way, the changelogs of its stores, and the groups that read them. */
final class SettlementTopics implements AutoCloseable {

    private static final String LEDGER_GROUP = "jangbu-ledger";
    private static final String PAYMENTS_GROUP = "jangbu-payment-api";

    private static final List<Topic<?>> WAY = List.of(
            Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_ENTRIES, Topics.LEDGER_POSTINGS, Topics.SETTLEMENT_COMPLETIONS);

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Admin admin;
    private final String applicationId;

    /** @param applicationId that of streams-processor */
    SettlementTopics(String kafka, String applicationId) {
        this.admin = Admin.create(Map.of("bootstrap.servers", kafka, "default.api.timeout.ms", "30000"));
        this.applicationId = applicationId;
    }

    /** The partition count of the keyed topics and the replication factor. */
    record Shape(int partitions, int replicationFactor) {}

    /** @throws CommandException if a service still reads the topics */
    void requireStopped() {
        Map<String, String> services = new TreeMap<>(Map.of(
                applicationId,
                "streams-processor",
                LEDGER_GROUP,
                "ledger-service",
                "jangbu-late-settlements",
                "ledger-service",
                PAYMENTS_GROUP,
                "payment-api, which has its database open"));
        List<String> running = new ArrayList<>();
        services.forEach((group, service) -> {
            if (hasMembers(group)) {
                running.add("%s (group %s)".formatted(service, group));
            }
        });
        if (!running.isEmpty()) {
            throw new CommandException("Stop these services first: " + String.join(", ", running) + ".");
        }
    }

    private boolean hasMembers(String group) {
        try {
            return answer(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                    .anyMatch(description -> !description.members().isEmpty());
        } catch (KafkaException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            throw e;
        }
    }

    /** @throws CommandException if the topics don't exist */
    Shape shape() {
        String entries = Topics.LEDGER_ENTRIES.name();
        if (!names().contains(entries)) {
            throw new CommandException(
                    "The topic %s does not exist: provision the topics first, as for a new installation."
                            .formatted(entries));
        }
        TopicDescription topic = Objects.requireNonNull(
                answer(admin.describeTopics(List.of(entries)).allTopicNames()).get(entries));
        return new Shape(
                topic.partitions().size(),
                topic.partitions().getFirst().replicas().size());
    }

    /** Whether an earlier run was interrupted. */
    boolean isRestoring() {
        return names().contains(Topics.RESTORING_WALLETS);
    }

    /** The topics that have records, with an upper bound of their number: offsets also count transaction markers. */
    Map<String, Long> records() {
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        answer(admin.describeTopics(own()).allTopicNames()).forEach((name, topic) -> topic.partitions()
                .forEach(each -> first.put(new TopicPartition(name, each.partition()), OffsetSpec.earliest())));
        Map<TopicPartition, OffsetSpec> end =
                first.keySet().stream().collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest()));
        Map<String, Long> records = new TreeMap<>();
        answer(admin.listOffsets(end).all())
                .forEach((partition, offset) -> records.merge(partition.topic(), offset.offset(), Long::sum));
        answer(admin.listOffsets(first).all())
                .forEach((partition, offset) -> records.merge(partition.topic(), -offset.offset(), Long::sum));
        records.values().removeIf(count -> count == 0);
        return records;
    }

    /**
     * Deletes the topics and creates those of the catalogue again, empty. Until {@link #end}, streams-processor does not
     * start.
     */
    void begin(Shape shape) {
        create(Topics.RESTORING_WALLETS, shape.replicationFactor());
        deleteOffsets();
        Set<String> deleted = own();
        deleted.forEach(this::delete);
        await("the topics are deleted", () -> names().stream().noneMatch(deleted::contains));
        Provision.topics(admin, shape.partitions(), shape.replicationFactor());
    }

    /** The topics are restored: the services may start. */
    void end() {
        delete(Topics.RESTORING_WALLETS);
        await("the restoration has ended", () -> !isRestoring());
    }

    /** The first offset of each book that ledger-service has not published: the end of its partition. */
    void commitLedgerOffsets(long[] ends) {
        answer(admin.alterConsumerGroupOffsets(
                        LEDGER_GROUP,
                        IntStream.range(0, ends.length)
                                .boxed()
                                .collect(Collectors.toMap(
                                        book -> new TopicPartition(Topics.LEDGER_ENTRIES.name(), book),
                                        book -> new OffsetAndMetadata(ends[book]))))
                .all());
    }

    @Override
    public void close() {
        admin.close();
    }

    /** The topics that exist. */
    private Set<String> own() {
        Set<String> names = new TreeSet<>(names());
        names.removeIf(name -> WAY.stream().noneMatch(topic -> topic.name().equals(name))
                && !(name.startsWith(applicationId + "-") && name.endsWith("-changelog")));
        return names;
    }

    private Set<String> names() {
        return answer(admin.listTopics().names());
    }

    /** A group must not continue in a topic at an offset of its predecessor. */
    private void deleteOffsets() {
        for (String group : List.of(applicationId, LEDGER_GROUP, PAYMENTS_GROUP)) {
            Set<TopicPartition> partitions =
                    new HashSet<>(answer(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                            .keySet());
            if (!partitions.isEmpty()) {
                answer(admin.deleteConsumerGroupOffsets(group, partitions).all());
            }
        }
    }

    private void create(String name, int replicationFactor) {
        try {
            Provision.create(admin, List.of(new NewTopic(name, 1, (short) replicationFactor)));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("The topic " + name + " can't be created", e.getCause());
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void delete(String name) {
        try {
            answer(admin.deleteTopics(List.of(name)).all());
        } catch (KafkaException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) {
        long begin = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - begin > LIMIT.toNanos()) {
                throw new CommandException("After %d s it does not hold that %s.".formatted(LIMIT.toSeconds(), what));
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private static <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new KafkaException("Kafka refuses or does not answer: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static CommandException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CommandException("Interrupted.", e);
    }
}
