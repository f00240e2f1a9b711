package dev.jangbu.peers;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.StreamsConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;

/**
 * Runs Kafka Streams in one warm JVM: the shipped topology, or the pass-through topology. The variants {@code
 * as-shipped} and {@code pass-through} have the shipped settings, {@code at-least-once} and {@code default-intervals}
 * change them.
 *
 * <p>Commands:
 *
 * <ul>
 *   <li>{@code run VARIANT APPLICATION_ID} replies {@code running}
 *   <li>{@code stop} replies {@code stopped}
 *   <li>{@code forget} stops, removes the local state and replies {@code forgotten}
 * </ul>
 */
public final class Engine {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final SettlementMetrics metrics = new SettlementMetrics(new SimpleMeterRegistry());
    private final RecordSerdes serdes;
    private final String kafka;
    private final URI registry;
    private final Path stateDir;
    private @Nullable KafkaStreams running;

    private Engine(RecordSerdes serdes, String kafka, URI registry, Path stateDir) {
        this.serdes = serdes;
        this.kafka = kafka;
        this.registry = registry;
        this.stateDir = stateDir;
    }

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        URI registry = URI.create(CommandLine.environment("PEER_REGISTRY"));
        AvroSerdes serdes = new AvroSerdes(registry);
        List.of(
                        Topics.SETTLEMENT_REQUESTS,
                        Topics.LEDGER_ENTRIES,
                        Topics.LEDGER_POSTINGS,
                        Topics.SETTLEMENT_COMPLETIONS)
                .forEach(serdes::warm);
        Engine engine = new Engine(
                serdes,
                CommandLine.environment("PEER_KAFKA"),
                registry,
                Path.of(CommandLine.environment("PEER_STATE_DIR")));
        try {
            CommandLine.serve(engine::execute);
        } finally {
            engine.stop(false);
        }
    }

    private String execute(List<String> command) throws InterruptedException {
        return switch (command.getFirst()) {
            case "run" -> {
                run(command.get(1), command.get(2));
                yield "running";
            }
            case "stop" -> {
                stop(false);
                yield "stopped";
            }
            case "forget" -> {
                stop(true);
                yield "forgotten";
            }
            default -> throw new IllegalArgumentException("unknown command: " + command);
        };
    }

    private void run(String variant, String applicationId) throws InterruptedException {
        // As in application.yaml for one machine.
        SettlementSettings properties = new SettlementSettings(
                kafka,
                registry,
                stateDir,
                "127.0.0.1:1",
                applicationId,
                1,
                1,
                0,
                Duration.ofSeconds(6),
                Duration.ofSeconds(10));
        Map<String, Object> settings =
                new HashMap<>(StreamsConfigFactory.create(properties, metrics).originals());
        // The service commits the first offsets before it starts its client.
        settings.put(StreamsConfig.mainConsumerPrefix("auto.offset.reset"), "earliest");
        change(settings, variant);
        StreamsConfig config = new StreamsConfig(settings);
        Topology topology = variant.equals("pass-through")
                ? PassThrough.build(serdes)
                : SettlementTopology.build(config, serdes, Topics.LOCAL_PARTITIONS, metrics);
        KafkaStreams streams = new KafkaStreams(topology, config);
        CountDownLatch started = new CountDownLatch(1);
        streams.setStateListener((newState, oldState) -> {
            if (newState == KafkaStreams.State.RUNNING) {
                started.countDown();
            }
        });
        running = streams;
        streams.start();
        started.await();
    }

    private void stop(boolean forget) {
        KafkaStreams stopping = running;
        running = null;
        if (stopping != null) {
            stopping.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                    .withTimeout(CLOSE_TIMEOUT));
            if (forget) {
                stopping.cleanUp();
            }
        }
    }

    /** Changes the settings that Jangbu ships. None of these changes is an option of Jangbu. */
    private static void change(Map<String, Object> settings, String variant) {
        switch (variant) {
            case "as-shipped", "pass-through" -> {}
            // Without transactions: after a crash, entries may be duplicated. Measures the cost of exactly-once.
            case "at-least-once" ->
                settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
            // Those of Kafka Streams: a commit every 100 ms, records sent after up to 100 ms.
            case "default-intervals" -> {
                Objects.requireNonNull(settings.remove(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG));
                Objects.requireNonNull(settings.remove(StreamsConfig.producerPrefix("linger.ms")));
            }
            default -> throw new IllegalArgumentException("unknown variant: " + variant);
        }
    }
}
