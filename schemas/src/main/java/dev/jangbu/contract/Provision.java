package dev.jangbu.contract;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Provisions a deployment before its services start: creates missing topics, compares existing ones with the catalogue,
 * and registers the schemas. Idempotent.
 */
public final class Provision {

    private static final Duration LEADER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LEADER_POLL = Duration.ofMillis(100);
    private static final Duration REGISTRY_TIMEOUT = Duration.ofSeconds(10);

    private Provision() {}

    /**
     * Provisions the Kafka cluster {@code JANGBU_KAFKA} and the registry {@code JANGBU_REGISTRY}, with {@code
     * JANGBU_PARTITIONS} (48) partitions and replication factor {@code JANGBU_REPLICATION_FACTOR} (3).
     */
    public static void main(String[] args) {
        Map<String, String> env = System.getenv();
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, env.getOrDefault("JANGBU_KAFKA", "127.0.0.1:9092")))) {
            topics(
                    admin,
                    Integer.parseInt(
                            env.getOrDefault("JANGBU_PARTITIONS", Integer.toString(Topics.PRODUCTION_PARTITIONS))),
                    Integer.parseInt(env.getOrDefault("JANGBU_REPLICATION_FACTOR", "3")));
        }
        schemas(URI.create(env.getOrDefault("JANGBU_REGISTRY", "http://127.0.0.1:8084")));
        System.out.println("Topics and schemas match the catalogue");
    }

    /**
     * Creates missing topics and compares the others with the catalogue.
     *
     * @param partitions the partition count of every keyed topic; it can't change later
     * @param replicationFactor the replication factor of new topics
     * @throws IllegalStateException if an existing topic differs from the catalogue; the message has each difference
     */
    public static void topics(Admin admin, int partitions, int replicationFactor) {
        try {
            Set<String> existing = admin.listTopics().names().get();
            List<NewTopic> missing = Topics.ALL.stream()
                    .filter(topic -> !existing.contains(topic.name()))
                    .map(topic -> new NewTopic(topic.name(), topic.partitions(partitions), (short) replicationFactor)
                            .configs(topic.config()))
                    .toList();
            create(admin, missing);
            check(
                    admin,
                    Topics.ALL.stream()
                            .filter(topic -> existing.contains(topic.name()))
                            .toList(),
                    partitions);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "Kafka refused to create or describe the topics: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating the topics", e);
        }
    }

    /** Creates topics, and returns when producers can use them. */
    public static void create(Admin admin, Collection<NewTopic> topics)
            throws ExecutionException, InterruptedException {
        admin.createTopics(topics).all().get();
        awaitLeaders(admin, topics);
    }

    /**
     * Sets the registry's compatibility to FULL_TRANSITIVE and registers every value schema.
     *
     * @param registry the registry's base URL
     * @throws RegistryUnavailableException if the registry does not answer
     * @throws IllegalStateException if it refuses a schema as incompatible
     */
    public static void schemas(URI registry) {
        RegistryApi api = new RegistryApi(SerdeLibrary.detect().confluentApi(registry), REGISTRY_TIMEOUT);
        api.requireFullTransitive();
        for (Topic<?> topic : Topics.ALL) {
            if (topic.valueType() != null) {
                api.register(topic.subject(), topic.schema());
            }
        }
    }

    /**
     * Returns when the leader of each new partition serves it. Until then a producer's first batch can be refused and its
     * second one accepted; the broker then refuses the retried first one as out of order.
     */
    private static void awaitLeaders(Admin admin, Collection<NewTopic> topics)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (NewTopic topic : topics) {
            for (int partition = 0; partition < topic.numPartitions(); partition++) {
                ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
            }
        }
        // Retries until each leader answers, or fails after the client's default.api.timeout.ms. A broker that still
        // deletes an earlier topic of this name does not know the new one yet.
        long begin = System.nanoTime();
        while (true) {
            try {
                admin.listOffsets(ends).all().get();
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
                        || System.nanoTime() - begin > LEADER_TIMEOUT.toNanos()) {
                    throw e;
                }
                Thread.sleep(LEADER_POLL);
            }
        }
    }

    private static void check(Admin admin, List<Topic<?>> topics, int partitions)
            throws ExecutionException, InterruptedException {
        Map<String, TopicDescription> descriptions = admin.describeTopics(
                        topics.stream().map(Topic::name).toList())
                .allTopicNames()
                .get();
        Map<ConfigResource, Config> configs = admin.describeConfigs(
                        topics.stream().map(Provision::resource).toList())
                .all()
                .get();
        List<String> differences = new ArrayList<>();
        for (Topic<?> topic : topics) {
            TopicDescription description = Objects.requireNonNull(descriptions.get(topic.name()), topic.name());
            int actual = description.partitions().size();
            if (actual != topic.partitions(partitions)) {
                differences.add("%s has %d partitions instead of %d, which can't be changed"
                        .formatted(topic.name(), actual, topic.partitions(partitions)));
            }
            Config config = Objects.requireNonNull(configs.get(resource(topic)), topic.name());
            topic.config().forEach((name, wanted) -> {
                String value = config.get(name).value();
                if (!wanted.equals(value)) {
                    differences.add("%s has %s=%s instead of %s: set it with kafka-configs"
                            .formatted(topic.name(), name, value, wanted));
                }
            });
        }
        if (!differences.isEmpty()) {
            throw new IllegalStateException("Topics differ from the catalogue: " + String.join("; ", differences));
        }
    }

    private static ConfigResource resource(Topic<?> topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    }
}
