package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.settlement.state.LostStateException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what happens after a stream thread has died.
 *
 * <ul>
 *   <li>A dependency (Kafka, the registry) is unavailable: a new thread retries, without a limit, after a pause that
 *       grows from {@link #FIRST_PAUSE} to {@link #LONGEST_PAUSE}.
 *   <li>Kafka or the stores have lost records ({@link LostStateException}): the client stops, and the health state is
 *       failed with the operator's command.
 *   <li>The local stores fail: the process restarts, with new stores if they are damaged ({@link StateRecovery}).
 *   <li>Any other failure is a bug: the client stops, and the health state is failed. A retry would fail again, and
 *       skipping the record would lose money.
 * </ul>
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {

    static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);

    private final Clock clock;
    private final StateRecovery recovery;
    private final Consumer<Throwable> onBug;
    private final Consumer<Throwable> onRestart;
    private final CountDownLatch closing = new CountDownLatch(1);

    private Duration pause = FIRST_PAUSE;
    private Instant forgetAt = Instant.MIN;

    /**
     * @param onBug called with the failure before the client stops; a person must act
     * @param onRestart called with the failure before the client stops; the process must end
     */
    FailurePolicy(Clock clock, StateRecovery recovery, Consumer<Throwable> onBug, Consumer<Throwable> onRestart) {
        this.clock = clock;
        this.recovery = recovery;
        this.onBug = onBug;
        this.onRestart = onRestart;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable failure) {
        LostStateException lost = lostState(failure);
        if (lost != null) {
            log.error("The settlement is stopped. {}", lost.getMessage());
            onBug.accept(lost);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        if (isOfLocalStores(failure)) {
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        Throwable unavailable = unavailableDependency(failure);
        if (unavailable == null) {
            log.error(
                    "A bug stopped the settlement. It stays stopped until the bug is fixed and the service restarted",
                    failure);
            onBug.accept(failure);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        Duration delay = nextPause();
        log.warn("The settlement is interrupted; retrying in {} ms: {}", delay.toMillis(), unavailable.toString());
        try {
            // Ends early when the service stops.
            if (!closing.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Handles a failure of the local stores. Returns false for any other one. */
    boolean isOfLocalStores(Throwable failure) {
        StateRecovery.Decision decision = recovery.decide(failure);
        switch (decision.action()) {
            case NONE -> {
                return false;
            }
            case RESTART -> {
                log.error("The process ends to be restarted. {}", decision.reason(), failure);
                onRestart.accept(new IllegalStateException(decision.reason(), failure));
            }
            case STOP -> {
                log.error("The settlement stays stopped. {}", decision.reason(), failure);
                onBug.accept(new IllegalStateException(decision.reason(), failure));
            }
        }
        return true;
    }

    /** Ends every pause. */
    void close() {
        closing.countDown();
    }

    /** Doubles with each failure; starts again at {@link #FIRST_PAUSE} after a minute without one. */
    private synchronized Duration nextPause() {
        Instant now = clock.instant();
        boolean recovered = now.isAfter(forgetAt);
        pause = recovered ? FIRST_PAUSE : Collections.min(List.of(pause.multipliedBy(2), LONGEST_PAUSE));
        forgetAt = now.plus(Duration.ofMinutes(1));
        return pause;
    }

    /** The loss that caused a failure, or null. The consumer itself notices an offset that Kafka does not have. */
    static @Nullable LostStateException lostState(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LostStateException lost) {
                return lost;
            }
            if (cause instanceof InvalidOffsetException missing) {
                return new LostStateException(missing.toString());
            }
        }
        return null;
    }

    /** The first cause that a retry may overcome, or null. */
    static @Nullable Throwable unavailableDependency(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnavailableException || cause instanceof RetriableException) {
                return cause;
            }
        }
        return null;
    }
}
