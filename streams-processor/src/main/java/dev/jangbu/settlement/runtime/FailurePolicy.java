package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.RegistryUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a thread of the topology dies. If something that we depend on is away, a new thread tries again, after a
 * pause that grows from {@link #FIRST_PAUSE} to {@link #LONGEST_PAUSE}, for as long as it takes. If it is a bug, the client
 * stops, and health says so: doing it again would do the same, and doing without it would lose money.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {

    static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);

    private final Clock clock;
    private final Consumer<Throwable> onBug;
    private final CountDownLatch closing = new CountDownLatch(1);

    private Duration pause = FIRST_PAUSE;
    private Instant lastFailure = Instant.MIN;

    /** @param onBug told of a failure that stops the client, before it stops */
    FailurePolicy(Clock clock, Consumer<Throwable> onBug) {
        this.clock = clock;
        this.onBug = onBug;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable failure) {
        Throwable absent = dependencyThatIsAway(failure);
        if (absent == null) {
            log.error("A bug stopped the settlement. It stays stopped until it is mended and started again", failure);
            onBug.accept(failure);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        Duration now = nextPause();
        log.warn("The settlement is interrupted and tries again in {} ms: {}", now.toMillis(), absent.toString());
        try {
            // Ends early when the service stops.
            boolean stopping = closing.await(now.toMillis(), TimeUnit.MILLISECONDS);
            return stopping
                    ? StreamThreadExceptionResponse.SHUTDOWN_CLIENT
                    : StreamThreadExceptionResponse.REPLACE_THREAD;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
    }

    /** Ends every pause. */
    void close() {
        closing.countDown();
    }

    /** Doubles while failures follow upon each other; begins anew after a minute without one. */
    private synchronized Duration nextPause() {
        Instant now = clock.instant();
        boolean calm = lastFailure.equals(Instant.MIN)
                || lastFailure.plus(Duration.ofMinutes(1)).isBefore(now);
        pause = calm ? FIRST_PAUSE : shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        lastFailure = now;
        return pause;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The first cause that says that trying again may help, or null if none does. */
    static @Nullable Throwable dependencyThatIsAway(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnavailableException || cause instanceof RetriableException) {
                return cause;
            }
        }
        return null;
    }
}
