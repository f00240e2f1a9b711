package dev.jangbu.peers;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.runtime.SettlementProperties;
import dev.jangbu.settlement.runtime.StreamsSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
 * Kafka Streams in one warm JVM: the topology that is shipped, with the settings that it is shipped with but for what a
 * {@link Variant} changes, or one that only passes on.
 *
 * <p>Orders: {@code run VARIANT APPLICATION_ID} answers {@code running}; {@code stop} answers {@code stopped};
 * {@code forget} stops, and removes its local state.
 */
public final class Engine {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(20);

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

    /** Until its input ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        URI registry = URI.create(Orders.told("PEER_REGISTRY"));
        AvroSerdes serdes = new AvroSerdes(registry);
        List.of(
                        Topics.SETTLEMENT_REQUESTS,
                        Topics.LEDGER_ENTRIES,
                        Topics.LEDGER_POSTINGS,
                        Topics.SETTLEMENT_COMPLETIONS)
                .forEach(serdes::warm);
        Engine engine = new Engine(serdes, Orders.told("PEER_KAFKA"), registry, Path.of(Orders.told("PEER_STATE_DIR")));
        try {
            engine.obey();
        } finally {
            engine.stop();
        }
    }

    private void obey() throws IOException, InterruptedException {
        Orders orders = new Orders();
        Orders.answer("ready");
        for (List<String> order = orders.next(); order != null; order = orders.next()) {
            switch (order.getFirst()) {
                case "run" -> {
                    run(Variant.of(order.get(1)), order.get(2));
                    Orders.answer("running");
                }
                case "stop" -> {
                    stop();
                    Orders.answer("stopped");
                }
                case "forget" -> {
                    KafkaStreams stopped = running;
                    stop();
                    if (stopped != null) {
                        stopped.cleanUp();
                    }
                    Orders.answer("forgotten");
                }
                default -> throw new IllegalArgumentException("no such order: " + order);
            }
        }
    }

    private void run(Variant variant, String applicationId) throws InterruptedException {
        // As application.yaml has them for one machine.
        SettlementProperties properties = new SettlementProperties(
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
                new HashMap<>(StreamsSettings.of(properties, metrics).originals());
        variant.change(settings);
        StreamsConfig config = new StreamsConfig(settings);
        Topology topology = variant == Variant.PASS_THROUGH
                ? PassThrough.build(serdes)
                : SettlementTopology.build(config, serdes, Topics.LOCAL_PARTITIONS, metrics);
        KafkaStreams streams = new KafkaStreams(topology, config);
        CountDownLatch runs = new CountDownLatch(1);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                runs.countDown();
            }
        });
        running = streams;
        streams.start();
        runs.await();
    }

    private void stop() {
        KafkaStreams stopping = running;
        running = null;
        if (stopping != null) {
            stopping.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                    .withTimeout(CLOSE_WITHIN));
        }
    }

    /** What is changed in the settings that Jangbu ships. None of it is an option of Jangbu itself. */
    enum Variant {
        /** Nothing. */
        AS_SHIPPED {
            @Override
            void change(Map<String, Object> settings) {}
        },
        /** No transactions: after a crash, entries may come twice. What exactly-once costs. */
        AT_LEAST_ONCE {
            @Override
            void change(Map<String, Object> settings) {
                settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
            }
        },
        /** Same guarantee, other topology. */
        PASS_THROUGH {
            @Override
            void change(Map<String, Object> settings) {}
        },
        /** The intervals that Kafka Streams has by itself: a commit each 100 ms, records sent after up to 100 ms. */
        DEFAULT_INTERVALS {
            @Override
            void change(Map<String, Object> settings) {
                Objects.requireNonNull(settings.remove(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG));
                Objects.requireNonNull(settings.remove(StreamsConfig.producerPrefix("linger.ms")));
            }
        };

        abstract void change(Map<String, Object> settings);

        static Variant of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }
}
