package dev.jangbu.contract;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What a deployment does once before its services start, and may do again at any time: creates the topics that are
 * missing, checks those that exist against the catalogue, and registers the schemas.
 */
public final class Provision {

    private Provision() {}

    /**
     * Provisions what the environment names: {@code JANGBU_KAFKA}, {@code JANGBU_REGISTRY}, {@code JANGBU_PARTITIONS},
     * {@code JANGBU_REPLICAS}.
     */
    public static void main(String[] args) {
        Map<String, String> env = System.getenv();
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, env.getOrDefault("JANGBU_KAFKA", "127.0.0.1:9092")))) {
            topics(
                    admin,
                    Integer.parseInt(
                            env.getOrDefault("JANGBU_PARTITIONS", Integer.toString(Topics.PRODUCTION_PARTITIONS))),
                    Integer.parseInt(env.getOrDefault("JANGBU_REPLICAS", "3")));
        }
        schemas(URI.create(env.getOrDefault("JANGBU_REGISTRY", "http://127.0.0.1:8084")));
        System.out.println("Topics and schemas are as the catalogue says");
    }

    /**
     * Creates the topics that are missing and checks the others.
     *
     * @param partitions of every keyed topic, fixed for the deployment's life
     * @param replicas the replication factor of new topics
     * @throws IllegalStateException if an existing topic differs from the catalogue; it names each difference
     */
    public static void topics(Admin admin, int partitions, int replicas) {
        try {
            Set<String> existing = admin.listTopics().names().get();
            List<NewTopic> missing = Topics.ALL.stream()
                    .filter(topic -> !existing.contains(topic.name()))
                    .map(topic -> new NewTopic(topic.name(), topic.partitions(partitions), (short) replicas)
                            .configs(topic.config()))
                    .toList();
            admin.createTopics(missing).all().get();
            check(
                    admin,
                    Topics.ALL.stream()
                            .filter(topic -> existing.contains(topic.name()))
                            .toList(),
                    partitions);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka refused to create or describe the topics", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the topics were made", e);
        }
    }

    /**
     * Registers every value schema, after setting the registry's rule to FULL_TRANSITIVE.
     *
     * @param registry the registry's base URL
     * @throws RegistryUnavailableException when the registry doesn't answer
     * @throws IllegalStateException when it refuses a schema as incompatible
     */
    public static void schemas(URI registry) {
        RegistryApi api = new RegistryApi(SerdeLibrary.present().confluentApi(registry));
        api.requireFullTransitive();
        for (Topic<?> topic : Topics.ALL) {
            if (topic.valueType() != null) {
                api.register(topic.subject(), topic.schema());
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
                differences.add("%s has %d partitions instead of %d: a topic's count is fixed for its life"
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
