package dev.jangbu.settlement.runtime;

import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.SettlementTopology;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of the topology: waits for Kafka, the topics and the schemas; runs; and leaves the group when told to stop, so
 * that its partitions are taken over at once instead of after a session time-out.
 */
public final class SettlementStreams implements AutoCloseable {

    /** How it is. */
    public enum State {
        /** Something that it needs is not there yet. */
        WAITING,
        /** Joins the group, or restores stores: wallets can't be read. */
        RESTORING,
        /** Every partition has an owner, and this instance's threads process. */
        RUNNING,
        /** Stopped by a bug, or by topics that can't be right. Only a person helps. */
        FAILED,
        /** Told to stop. */
        CLOSED
    }

    /**
     * How it is, and why.
     *
     * @param detail for people; holds no secret
     */
    public record Health(State state, String detail) {}

    /** Long enough to commit and to flush the stores. */
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(15);

    private static final Logger log = LoggerFactory.getLogger(SettlementStreams.class);

    private final SettlementProperties properties;
    private final Schemas schemas;
    private final SettlementMetrics metrics;
    private final Prerequisites prerequisites;
    private final FailurePolicy failures;
    private final MeterRegistry meters;
    private final RestoreProgress restoring;
    private final Runnable onFailed;

    private int partitions;
    private @Nullable KafkaStreams client;
    private @Nullable Throwable failure;
    private boolean closed;

    /**
     * Made, not yet started.
     *
     * @param onFailed is told when only a person can help
     */
    public SettlementStreams(
            SettlementProperties properties,
            Schemas schemas,
            SettlementMetrics metrics,
            MeterRegistry meters,
            Clock clock,
            Runnable onFailed) {
        this.properties = properties;
        this.schemas = schemas;
        this.metrics = metrics;
        this.meters = meters;
        this.restoring = new RestoreProgress(meters, clock);
        this.prerequisites = new Prerequisites(properties.kafka(), schemas);
        this.failures = new FailurePolicy(clock, this::failed);
        this.onFailed = onFailed;
    }

    /** Begins, and returns at once. */
    public void start() {
        Thread.ofPlatform().name("settlement-start").start(this::awaitAndRun);
    }

    /** The client, once there is one. */
    public synchronized Optional<KafkaStreams> client() {
        return Optional.ofNullable(client);
    }

    /** How it is, now. */
    public Health health() {
        KafkaStreams running;
        int expected;
        synchronized (this) {
            if (closed) {
                return new Health(State.CLOSED, "closed");
            }
            if (failure != null) {
                return new Health(State.FAILED, failure.toString());
            }
            if (client == null) {
                return new Health(State.WAITING, prerequisites.waitingFor());
            }
            running = client;
            expected = partitions;
        }
        return health(running, expected);
    }

    private Health health(KafkaStreams client, int partitions) {
        return switch (client.state()) {
            case RUNNING ->
                Ownership.isComplete(client, partitions)
                        ? new Health(State.RUNNING, partitions + " partitions")
                        : new Health(State.RESTORING, "a partition has no owner that runs");
            case CREATED, REBALANCING -> {
                String stores = restoring.toString();
                yield new Health(State.RESTORING, stores.isEmpty() ? "joins the group" : "restores " + stores);
            }
            case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR ->
                new Health(State.FAILED, "the client is " + client.state());
        };
    }

    @Override
    public void close() {
        prerequisites.close();
        failures.close();
        Optional<KafkaStreams> running = markClosed();
        running.ifPresent(streams -> {
            boolean inTime = streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                    .withTimeout(CLOSE_WITHIN));
            log.info("Left the group; {}", inTime ? "all threads ended" : "some thread did not end in time");
        });
    }

    private void awaitAndRun() {
        try {
            run(prerequisites.await());
        } catch (InterruptedException e) {
            log.info("Closed before it could start");
        } catch (RuntimeException e) {
            log.error("The settlement can't start", e);
            failed(e);
        }
    }

    private void run(int partitionsOfTopics) {
        StreamsConfig config = StreamsSettings.of(properties, metrics);
        // Takes a while; whoever asks for the client or the health meanwhile must not wait for it.
        KafkaStreams streams = new KafkaStreams(
                SettlementTopology.build(config, schemas.serdes(), partitionsOfTopics, metrics), config);
        streams.setUncaughtExceptionHandler(failures);
        streams.setStateListener((now, before) -> log.info("{}, was {}", now, before));
        streams.setGlobalStateRestoreListener(restoring);
        ClientMeters.bind(streams, meters);
        synchronized (this) {
            if (closed) {
                streams.close();
                return;
            }
            partitions = partitionsOfTopics;
            client = streams;
            streams.start();
        }
    }

    private synchronized Optional<KafkaStreams> markClosed() {
        closed = true;
        return Optional.ofNullable(client);
    }

    private void failed(Throwable why) {
        synchronized (this) {
            failure = why;
        }
        onFailed.run();
    }
}
