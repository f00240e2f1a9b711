package dev.jangbu.operator.topics;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.InstallationOptions;
import dev.jangbu.operator.records.RecordJson;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
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

    /** A topic without new records is no failure. */
    private static final Duration IDLE_LIMIT = Duration.ofDays(36_500);

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
    public Integer call() throws Exception {
        if (!from.matches("beginning|end|[0-9]{1,18}")) {
            throw new CommandException("--from is '%s': use beginning, end or an offset.".formatted(from));
        }
        return options.run(installation -> {
            RecordJson records = new RecordJson(installation.serdes());
            try (CommittedTopic committed = open(installation.kafka())) {
                Map<TopicPartition, Long> ends = committed.endOffsets();
                Map<TopicPartition, Long> begins = new HashMap<>(committed.beginningOffsets());
                begins.replaceAll((partition, first) -> start(first, ends.getOrDefault(partition, first)));
                Map<TopicPartition, Long> to = new HashMap<>(ends);
                if (!noFollow) {
                    to.replaceAll((partition, end) -> Long.MAX_VALUE);
                }
                print(committed.records(begins, to).iterator(), records);
            }
            return 0;
        });
    }

    /** The offset at which to start, given the first and the last offset of a partition. */
    private long start(long first, long end) {
        return switch (from) {
            case "beginning" -> first;
            case "end" -> end;
            default -> Math.clamp(Long.parseLong(from), first, Math.max(first, end));
        };
    }

    private void print(Iterator<ConsumerRecord<byte[], byte[]>> read, RecordJson records) {
        long printed = 0;
        while (printed < max && read.hasNext()) {
            ConsumerRecord<byte[], byte[]> record = read.next();
            if (key == null || key.equals(RecordJson.text(record.key()))) {
                console.print(line(records.of(record)));
                printed++;
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

    private CommittedTopic open(String kafka) {
        try {
            return CommittedTopic.open(
                    Map.of("bootstrap.servers", kafka, "default.api.timeout.ms", "10000"), topic, IDLE_LIMIT);
        } catch (IllegalStateException e) {
            throw new CommandException("There is no topic '%s'; ./jangbu topics lists them.".formatted(topic), e);
        }
    }
}
