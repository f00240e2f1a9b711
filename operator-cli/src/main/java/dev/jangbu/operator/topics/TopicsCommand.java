package dev.jangbu.operator.topics;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.InstallationOptions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code topics}: lists the topics with their partitions, retention and record counts. */
@Command(name = "topics", description = "Lists the topics of the catalogue.", mixinStandardHelpOptions = true)
public final class TopicsCommand implements Callable<Integer> {

    private static final String ROW = "%-40s %10s %10s %12s  %-12s %s";

    @Mixin
    private InstallationOptions options = new InstallationOptions();

    @Option(names = "--all", description = "also list other topics: changelogs, those of Connect and of Kafka")
    private boolean all;

    @Override
    public Integer call() throws Exception {
        Console console = Console.ofStdout();
        String kafka = options.installation().kafka();
        try (Admin admin = Admin.create(
                Map.of("bootstrap.servers", kafka, "request.timeout.ms", "5000", "default.api.timeout.ms", "10000"))) {
            Map<String, TopicDescription> topics = describe(admin);
            Map<String, Long> first = offsets(admin, topics, OffsetSpec.earliest());
            Map<String, Long> end = offsets(admin, topics, OffsetSpec.latest());
            Map<ConfigResource, Config> configs = admin.describeConfigs(topics.keySet().stream()
                            .map(TopicsCommand::resource)
                            .toList())
                    .all()
                    .get();
            // An upper bound: offsets also count transaction markers.
            console.print(ROW.formatted("TOPIC", "PARTITIONS", "RETENTION", "MESSAGES <=", "KEY", "VALUE"));
            for (TopicDescription topic : topics.values()) {
                Optional<Topic<?>> known = Topics.find(topic.name());
                console.print(ROW.formatted(
                                topic.name(),
                                topic.partitions().size(),
                                retention(Objects.requireNonNull(configs.get(resource(topic.name())), topic.name())),
                                end.getOrDefault(topic.name(), 0L) - first.getOrDefault(topic.name(), 0L),
                                known.map(Topic::keyDescription).orElse(""),
                                known.map(TopicsCommand::value).orElse(""))
                        .stripTrailing());
            }
        } catch (ExecutionException e) {
            throw new CommandException("Kafka at %s does not respond: %s".formatted(kafka, e.getCause()), e);
        }
        return 0;
    }

    /** The topics of the catalogue in its order, then the others by name. */
    private Map<String, TopicDescription> describe(Admin admin) throws ExecutionException, InterruptedException {
        List<String> known = Topics.ALL.stream().map(Topic::name).toList();
        Map<String, TopicDescription> sorted = new TreeMap<>(
                Comparator.comparingInt((String name) -> known.contains(name) ? known.indexOf(name) : known.size())
                        .thenComparing(Comparator.naturalOrder()));
        List<String> names = admin.listTopics(new ListTopicsOptions().listInternal(all)).names().get().stream()
                .filter(name -> all || known.contains(name))
                .toList();
        sorted.putAll(admin.describeTopics(names).allTopicNames().get());
        return sorted;
    }

    /** The sum over the partitions of each topic. */
    private static Map<String, Long> offsets(Admin admin, Map<String, TopicDescription> topics, OffsetSpec spec)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> requests = topics.values().stream()
                .flatMap(topic ->
                        topic.partitions().stream().map(each -> new TopicPartition(topic.name(), each.partition())))
                .collect(Collectors.toMap(Function.identity(), partition -> spec));
        return admin.listOffsets(requests).all().get().entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getKey().topic(),
                        Collectors.summingLong(entry -> entry.getValue().offset())));
    }

    static String retention(Config config) {
        if (config.get("cleanup.policy").value().equals("compact")) {
            return "compacted";
        }
        long ms = Long.parseLong(config.get("retention.ms").value());
        return ms < 0 ? "forever" : Duration.ofMillis(ms).toDays() + " d";
    }

    private static String value(Topic<?> topic) {
        return topic.valueType() == null ? "bytes" : topic.valueType().getSimpleName();
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }
}
