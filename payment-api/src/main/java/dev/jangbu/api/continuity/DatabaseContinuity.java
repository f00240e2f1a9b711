package dev.jangbu.api.continuity;

import dev.jangbu.api.continuity.JudgementResult.State;
import dev.jangbu.api.continuity.ServerState.Server;
import dev.jangbu.api.database.WriteGate;
import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.ProblemCode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Whether the payments database continues the history that this service has published. A database that went back
 * (restore, point-in-time recovery, failover that lost commits) would charge and settle the same payments again.
 * Thread-safe.
 *
 * <p>Each new connection is judged before its first statement. One round trip tells whether it leads to the same start of
 * the same server as before; only another start is judged anew, from the database, Kafka and Kafka Connect. While the
 * verdict is not OPEN, sessions are read-only.
 */
@Component
public class DatabaseContinuity implements WriteGate {

    private static final Logger log = LoggerFactory.getLogger(DatabaseContinuity.class);

    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    /** Logical decoding can deliver a commit before other sessions see it. Three seconds in all. */
    private static final int ATTEMPTS_MAX = 13;

    private static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

    private final MarkTopic marks;
    private final OutboxConnector connector;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ReentrantLock judging = new ReentrantLock();
    private final AtomicLong generation = new AtomicLong();
    private volatile JudgementResult verdict = new JudgementResult(State.UNKNOWN, "the database is not judged yet");
    private volatile @Nullable Server judged;
    /** The newest committed mark that this instance knows. */
    private final AtomicReference<@Nullable DatabaseMark> newest = new AtomicReference<>();

    DatabaseContinuity(MarkTopic marks, OutboxConnector connector, MeterRegistry meters) {
        this.marks = marks;
        this.connector = connector;
        for (State state : State.values()) {
            Gauge.builder("jangbu.database.continuity", this, self -> self.verdict.state() == state ? 1 : 0)
                    .tag("state", state.name())
                    .description("1 for the verdict on the payments database; only OPEN permits writes")
                    .register(meters);
        }
    }

    /** Whether writes are permitted. */
    public boolean isOpen() {
        return verdict.isOpen();
    }

    /**
     * Refuses a write while the database is not open.
     *
     * @throws Problem 503 {@code restored}, or {@code unavailable} if an operator need not act
     */
    public void requireOpen() {
        JudgementResult current = verdict;
        if (current.wentBack()) {
            throw new Problem(
                            ProblemCode.RESTORED,
                            "Writes are refused until an operator has compared the database with Kafka: "
                                    + current.reason())
                    .retryAfter(RETRY_AFTER);
        }
        if (!current.isOpen()) {
            throw Problem.unavailable("Writes are refused for now: " + current.reason());
        }
    }

    JudgementResult verdict() {
        return verdict;
    }

    /**
     * Remembers a committed mark. A server that lacks it later has gone back.
     *
     * @return false if an older one is the newest now: the database has gone back under its running server
     */
    boolean isNewest(DatabaseMark mark) {
        DatabaseMark newer = newest.accumulateAndGet(mark, Judgement::newer);
        return newer != null && newer.getNonce().equals(mark.getNonce());
    }

    @Override
    public long generation() {
        return generation.get();
    }

    @Override
    public Mono<Boolean> mayWrite(Connection connection) {
        return ServerQueries.server(connection)
                .flatMap(server -> server.equals(judged) ? Mono.just(verdict) : judge(connection, server, false))
                .map(JudgementResult::isOpen);
    }

    /** Judges the server behind a connection again. */
    Mono<JudgementResult> judgeAgain(Connection connection) {
        return ServerQueries.server(connection).flatMap(server -> judge(connection, server, true));
    }

    /** Continues if the subscriber gives up: the pool keeps the connection for the next one. */
    private Mono<JudgementResult> judge(Connection connection, Server server, boolean again) {
        return Mono.fromFuture(
                () -> CompletableFuture.supplyAsync(() -> judgeOnce(connection, server, again), threads), true);
    }

    private JudgementResult judgeOnce(Connection connection, Server server, boolean again) {
        judging.lock();
        try {
            if (again || !server.equals(judged)) {
                accept(collectAndJudge(connection, server), server);
            }
            return verdict;
        } finally {
            judging.unlock();
        }
    }

    /** The order matters: what Connect and Kafka have was committed before, so the database read last must have it. */
    private JudgementResult collectAndJudge(Connection connection, Server server) {
        Long connectorLsn = connector.storedLsn();
        KafkaState kafka = read(server.database());
        DatabaseMark expected = newest.accumulateAndGet(kafka == null ? null : kafka.newest(), Judgement::newer);
        ServerState state = state(connection, expected, kafka);
        for (int attempt = 1; state.missingRequests() > 0 && attempt < ATTEMPTS_MAX; attempt++) {
            Mono.delay(ATTEMPT_DELAY).block();
            state = state(connection, expected, kafka);
        }
        return Judgement.judge(state, kafka, expected, connectorLsn);
    }

    private static ServerState state(
            Connection connection, @Nullable DatabaseMark expected, @Nullable KafkaState kafka) {
        return Objects.requireNonNull(
                ServerQueries.state(connection, expected, kafka == null ? List.of() : kafka.requests())
                        .block(QUERY_TIMEOUT));
    }

    private @Nullable KafkaState read(String database) {
        try {
            return marks.read(database);
        } catch (RuntimeException e) {
            log.warn("The marks of the database can't be read from Kafka: {}", e.toString());
            return null;
        }
    }

    private void accept(JudgementResult current, Server server) {
        if (current.state() != verdict.state()) {
            if (current.isOpen()) {
                log.info("The payments database is open: {}", current.reason());
            } else {
                log.error("The payments database is closed to writes, {}: {}", current.state(), current.reason());
            }
        }
        boolean changed = current.isOpen() != verdict.isOpen();
        verdict = current;
        judged = server;
        if (changed) {
            generation.incrementAndGet();
        }
        if (current.wentBack()) {
            connector.stop();
        }
    }
}
