package dev.jangbu.api.continuity;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.continuity.JudgementResult.State;
import dev.jangbu.api.database.Sql;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.DatabaseMark;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Writes marks into the open database and publishes each after its commit. While the database is closed, or if the outbox
 * connector has read beyond a mark, judges it again at the same interval. The service is not ready before the first
 * judgement.
 *
 * <p>Instances share the marks of a database: one that finds a fresh mark writes none. Sequences are unique. If two
 * records are published in the wrong order, readers take the greater sequence.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class MarkWriter implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(MarkWriter.class);

    private static final String WRITE = Sql.read(MarkWriter.class, "write-mark.sql");
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private final DatabaseContinuity continuity;
    private final MarkTopic topic;
    private final OutboxConnector connector;
    private final DatabaseClient database;
    private final TaskScheduler scheduler;
    private final Duration interval;
    private final AtomicLong acknowledged = new AtomicLong();

    MarkWriter(
            DatabaseContinuity continuity,
            MarkTopic topic,
            OutboxConnector connector,
            DatabaseClient database,
            TaskScheduler scheduler,
            PaymentApiSettings settings) {
        this.continuity = continuity;
        this.topic = topic;
        this.connector = connector;
        this.database = database;
        this.scheduler = scheduler;
        this.interval = settings.markInterval();
    }

    /** A mark, and whether this instance has just written it. */
    private record Found(DatabaseMark mark, boolean isNew) {}

    /** Waits for the first judgement, and writes the first mark: the connector requires one of this start of the server. */
    @Override
    public void run(ApplicationArguments arguments) {
        Mono.defer(this::judgeIfUnknown)
                .then(Mono.defer(() -> continuity.isOpen() ? writeMark().then() : Mono.empty()))
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, RETRY_DELAY)
                        .doBeforeRetry(retry ->
                                log.warn("Not ready: {}", retry.failure().getMessage())))
                .block();
        ScheduledFuture<?> unused = scheduler.scheduleWithFixedDelay(this::work, interval);
    }

    private Mono<Void> judgeIfUnknown() {
        return database.inConnection(connection -> continuity.verdict().state() == State.UNKNOWN
                        ? continuity.judgeAgain(connection)
                        : Mono.just(continuity.verdict()))
                .flatMap(verdict -> verdict.state() == State.UNKNOWN
                        ? Mono.error(new IllegalStateException(verdict.reason()))
                        : Mono.empty());
    }

    private void work() {
        try {
            if (continuity.isOpen()) {
                connector.resume();
                // Read first: the mark's position is later than all that a connector of this database can have read.
                Long stored = connector.storedLsn();
                DatabaseMark mark = writeMark().block(TIMEOUT);
                if (mark != null && stored != null && stored > mark.getLsn()) {
                    database.inConnection(continuity::judgeAgain).block(TIMEOUT);
                }
            } else {
                database.inConnection(continuity::judgeAgain).block(TIMEOUT);
            }
        } catch (RuntimeException e) {
            log.debug("No mark was written, or the database could not be judged", e);
        }
    }

    /** Emits the newest mark; nothing if the database was judged again. */
    private Mono<DatabaseMark> writeMark() {
        return database.sql(WRITE)
                .bind("acknowledged", acknowledged.get())
                // Less than the interval: the schedule is not exact.
                .bind("pause_ms", interval.toMillis() / 2)
                .map(MarkWriter::found)
                .one()
                .flatMap(found -> continuity.isNewest(found.mark())
                        ? Mono.fromCallable(() -> publish(found))
                        : database.inConnection(continuity::judgeAgain).then(Mono.empty()));
    }

    /** Does not wait for the acknowledgement. A mark that never arrives is harmless. */
    private DatabaseMark publish(Found found) {
        if (!found.isNew()) {
            return found.mark();
        }
        CompletableFuture<?> unused = topic.publish(found.mark()).whenComplete((sent, failure) -> {
            if (failure == null) {
                acknowledged.accumulateAndGet(found.mark().getSequence(), Math::max);
            } else {
                log.warn("Mark {} is not published: {}", found.mark().getSequence(), failure.toString());
            }
        });
        return found.mark();
    }

    private static Found found(Readable row) {
        DatabaseMark mark = DatabaseMark.newBuilder()
                .setDatabase(required(row, "database", String.class))
                .setSystemIdentifier(required(row, "system_identifier", Long.class))
                .setTimeline(required(row, "timeline", Integer.class))
                .setLsn(required(row, "lsn", Long.class))
                .setEpoch(required(row, "epoch", Long.class))
                .setSequence(required(row, "sequence", Long.class))
                .setNonce(required(row, "nonce", UUID.class).toString())
                .setWrittenAt(required(row, "written_at", Instant.class))
                .build();
        return new Found(mark, required(row, "is_new", Boolean.class));
    }
}
