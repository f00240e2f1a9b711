package dev.jangbu.operator.topics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import dev.jangbu.operator.records.RecordJson;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code tail}: prints the committed records of a topic, decoded. Records of one partition are printed in order; the
 * order between partitions is undefined.
 */
@Command(
        name = "tail",
        description = {
            "Prints the decoded records of a topic.",
            "Ends at Ctrl-C, after --max records, or with --no-follow at the topic's end."
        },
        mixinStandardHelpOptions = true)
public final class TailCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(500);

    @Mixin
    private InstallationOptions options = new InstallationOptions();

    @Parameters(paramLabel = "TOPIC")
    private String topic = "";

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description = "beginning, end, or an offset in each partition (default: ${DEFAULT-VALUE})",
            defaultValue = "end")
    private String from = "end";

    @Option(names = "--max", paramLabel = "N", description = "exit after N printed records")
    private long max = Long.MAX_VALUE;

    @Option(names = "--key", paramLabel = "K", description = "print only records with this key")
    private @Nullable String key;

    @Option(names = "--json", description = "print one JSON object per line")
    private boolean json;

    @Option(names = "--no-follow", description = "exit at the end that the topic had when the command started")
    private boolean noFollow;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() {
        TailStart start = TailStart.of(from);
        Installation installation = options.installation();
        RecordJson records = new RecordJson(new AvroSerdes(URI.create(installation.registry())));
        try (Consumer<byte[], byte[]> consumer = consumer(installation.kafka())) {
            List<TopicPartition> partitions = partitions(consumer);
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = noFollow ? consumer.endOffsets(partitions) : Map.of();
            start.seek(consumer, partitions);
            print(consumer, records, ends);
        } catch (KafkaException e) {
            throw new CommandException("Kafka at %s: %s".formatted(installation.kafka(), e.getMessage()), e);
        }
        return 0;
    }

    private void print(Consumer<byte[], byte[]> consumer, RecordJson records, Map<TopicPartition, Long> ends) {
        long printed = 0;
        while (printed < max && !(noFollow && hasReached(consumer, ends))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                boolean afterEnd = noFollow && record.offset() >= end(ends, record);
                if (printed < max && !afterEnd && (key == null || key.equals(RecordJson.text(record.key())))) {
                    console.print(line(records.of(record)));
                    printed++;
                }
            }
        }
    }

    private String line(ObjectNode record) {
        if (json) {
            return record.toString();
        }
        return "%s-%s@%s  %s  key %s  %s"
                .formatted(
                        record.get("topic").asText(),
                        record.get("partition"),
                        record.get("offset"),
                        record.get("timestamp").asText(),
                        record.get("key").asText(),
                        record.get("value"));
    }

    /** Compares positions, not records: the last offset may be a transaction marker, which a consumer never returns. */
    private static boolean hasReached(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static long end(Map<TopicPartition, Long> ends, ConsumerRecord<?, ?> record) {
        return ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), Long.MAX_VALUE);
    }

    private List<TopicPartition> partitions(Consumer<?, ?> consumer) {
        Collection<PartitionInfo> known = consumer.partitionsFor(topic, Duration.ofSeconds(10));
        if (known == null || known.isEmpty()) {
            throw new CommandException("There is no topic '%s'; ./jangbu topics lists them.".formatted(topic));
        }
        return known.stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private static Consumer<byte[], byte[]> consumer(String kafka) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        kafka,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
