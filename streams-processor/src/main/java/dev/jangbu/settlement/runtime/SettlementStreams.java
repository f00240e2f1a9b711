package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import io.micrometer.core.instrument.Gauge;
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
 * Runs the topology: waits for Kafka, the topics and the schemas, starts the client, and on close leaves the group, so
 * that other instances take over its partitions at once instead of after the session timeout. Thread-safe.
 */
public final class SettlementStreams implements AutoCloseable {

    /** The state of the service. */
    public enum State {
        /** A prerequisite is missing. */
        WAITING,
        /** The client joins the group or restores stores; wallets can't be read. */
        RESTORING,
        /** Every partition has an owner, and this instance's threads run. */
        RUNNING,
        /** Stopped by a bug, inconsistent topics or a failed disk. Needs an operator, or the process is ending. */
        FAILED,
        /** Closed. */
        CLOSED
    }

    /** @param detail the reason in words; contains no secret */
    public record Health(State state, String detail) {}

    /** Acts on failures, for instance with the process. */
    @FunctionalInterface
    public interface Host {

        /** The state is {@link State#FAILED} until an operator acts. */
        void failed();

        /** The state is {@link State#FAILED}; a new process continues. */
        default void restart() {
            failed();
        }
    }

    /** Covers a commit and the flush of the stores. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private static final Logger log = LoggerFactory.getLogger(SettlementStreams.class);

    private final SettlementSettings settings;
    private final RecordSerdes serdes;
    private final SettlementMetrics metrics;
    private final Prerequisites prerequisites;
    private final FailurePolicy failures;
    private final MeterRegistry meters;
    private final RestoreProgress restoring;
    private final StateRecovery recovery;
    private final Host host;

    private volatile @Nullable Running running;
    private volatile @Nullable Throwable failure;
    private volatile boolean stopped;
    private volatile boolean closed;

    /** The client and the partition count of the keyed topics. */
    private record Running(KafkaStreams client, int partitions) {}

    /** @param host called when the state becomes {@link State#FAILED} */
    public SettlementStreams(
            SettlementSettings settings,
            RecordSerdes serdes,
            SettlementMetrics metrics,
            MeterRegistry meters,
            Clock clock,
            Host host) {
        this.settings = settings;
        this.serdes = serdes;
        this.metrics = metrics;
        this.meters = meters;
        this.restoring = new RestoreProgress(meters, clock);
        this.prerequisites = new Prerequisites(settings, serdes);
        this.recovery = new StateRecovery(settings.stateDir(), settings.applicationId(), clock);
        this.failures = new FailurePolicy(clock, recovery, this::failed, this::restart);
        this.host = host;
        Gauge.builder("jangbu.settlement.stopped", () -> stopped ? 1 : 0)
                .description("1 if the settlement is stopped until an operator acts")
                .register(meters);
    }

    /** Starts in the background. */
    public void start() {
        Thread.ofPlatform().name("settlement-start").start(this::awaitAndRun);
    }

    /** The client; empty until the prerequisites are available. */
    public Optional<KafkaStreams> client() {
        return Optional.ofNullable(running).map(Running::client);
    }

    /** The current state. */
    public Health health() {
        Running now = running;
        if (closed) {
            return new Health(State.CLOSED, "closed");
        }
        if (failure != null) {
            return new Health(State.FAILED, failure.toString());
        }
        if (now == null) {
            return new Health(State.WAITING, prerequisites.waitingFor());
        }
        KafkaStreams client = now.client();
        return switch (client.state()) {
            case RUNNING ->
                Ownership.isComplete(client, now.partitions())
                        ? new Health(State.RUNNING, now.partitions() + " partitions")
                        : new Health(State.RESTORING, "a partition has no running owner");
            case CREATED, REBALANCING -> {
                String stores = restoring.toString();
                yield new Health(State.RESTORING, stores.isEmpty() ? "joining the group" : "restoring " + stores);
            }
            case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR ->
                new Health(State.FAILED, "the client is " + client.state());
        };
    }

    /** Reports a failed read of a local store. */
    public void readFailed(RuntimeException cause) {
        if (failure == null) {
            failures.isOfLocalStores(cause);
        }
    }

    @Override
    public void close() {
        prerequisites.close();
        synchronized (this) {
            closed = true;
        }
        failures.close();
        client().ifPresent(streams -> {
            boolean inTime = streams.close(CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
                    .withTimeout(CLOSE_TIMEOUT));
            log.info("Left the group; {}", inTime ? "all threads ended" : "a thread did not end in time");
        });
    }

    private void awaitAndRun() {
        try {
            recovery.wipeIfDamaged();
            run(prerequisites.await());
        } catch (InterruptedException e) {
            log.info("Closed before it could start");
        } catch (RuntimeException e) {
            if (!failures.isOfLocalStores(e)) {
                log.error("The settlement can't start", e);
                failed(e);
            }
        }
    }

    private void run(int partitions) {
        StreamsConfig config = StreamsConfigFactory.create(settings, metrics);
        // Slow, so outside the lock: client() and health() must not wait for it.
        KafkaStreams streams = new KafkaStreams(
                SettlementTopology.build(
                        config, serdes, partitions, metrics, new CommittedEntries(settings.kafka(), serdes)),
                config);
        streams.setUncaughtExceptionHandler(failures);
        streams.setStateListener(this::changed);
        streams.setGlobalStateRestoreListener(restoring);
        ClientMetrics.bind(streams, meters);
        synchronized (this) {
            if (closed) {
                streams.close();
                return;
            }
            running = new Running(streams, partitions);
            streams.start();
        }
    }

    private void changed(KafkaStreams.State state, KafkaStreams.State previous) {
        log.info("{}, was {}", state, previous);
        boolean ended = state == KafkaStreams.State.ERROR || state == KafkaStreams.State.NOT_RUNNING;
        if (ended && !closed && failure == null) {
            log.error("The client is {} without a reported failure. The process ends to be restarted", state);
            restart(new IllegalStateException("the client is " + state + " without a reported failure"));
        }
    }

    private void failed(Throwable cause) {
        if (isFirst(cause)) {
            stopped = true;
            host.failed();
        }
    }

    private void restart(Throwable cause) {
        if (isFirst(cause)) {
            host.restart();
        }
    }

    /** The first failure decides: the others follow from it. */
    private boolean isFirst(Throwable cause) {
        synchronized (failures) {
            if (closed || failure != null) {
                return false;
            }
            failure = cause;
            return true;
        }
    }
}
