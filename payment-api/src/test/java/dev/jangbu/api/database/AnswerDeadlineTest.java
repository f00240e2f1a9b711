package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.testsupport.TcpProxy;
import dev.jangbu.testsupport.TestPostgres;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.r2dbc.core.DatabaseClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A database that does not answer and keeps its connections open. */
class AnswerDeadlineTest {

    private static final int POOL = 6;
    /** The documented time: two waits for a connection, then the limit of an answer. The rest is a slow machine. */
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(20 + 15);

    private static TcpProxy proxy;
    private static Instance instance;
    private static Client client;

    @BeforeAll
    static void start() {
        proxy = new TcpProxy(TestPostgres.address());
        instance = Testbed.anotherInstance(
                "spring.r2dbc.url=r2dbc:postgresql://" + proxy.address() + "/"
                        + Testbed.database().name(),
                "spring.r2dbc.pool.max-size=" + POOL);
        client = instance.client();
    }

    @AfterAll
    static void stop() {
        instance.close();
        proxy.close();
    }

    @Test
    void callsAreRefusedInTimeAndEveryConnectionOfThePoolIsReplaced() throws Exception {
        TestOrder order = new TestOrder(client);
        order.create(1_000).is(201);
        // All connections are in use when the black hole opens.
        List<CompletableFuture<?>> work = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            work.add(statement("SELECT pg_sleep(8)").toFuture());
        }
        await().until(() -> pool().acquiredSize() == POOL);

        proxy.swallow();
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 2 * POOL; i++) {
            TestOrder each = new TestOrder(client);
            replies.add(client.postAsync("/payments", each.creation(500), UUID.randomUUID()));
        }
        for (CompletableFuture<Reply> reply : replies) {
            await().atMost(ANSWERED_WITHIN).until(reply::isDone);
            reply.get().problemForNow(503, "unavailable");
        }
        for (CompletableFuture<?> each : work) {
            await().atMost(ANSWERED_WITHIN).until(each::isDone);
            assertThat(each).isCompletedExceptionally();
        }

        proxy.forward();
        await("dead connections are closed, also those of logins")
                .atMost(ANSWERED_WITHIN)
                .until(() -> proxy.dead() == 0);
        assertPoolIsWhole();
        new TestOrder(client).create(1_000).is(201);
    }

    /** Idle connections that died unnoticed; commits, rollbacks and cancelled statements among the waiting ones. */
    @Test
    void transactionsAndCancelledStatementsLoseNoConnection() {
        ConnectionFactory connections = instance.bean(ConnectionFactory.class);
        List<Connection> open = Flux.range(0, POOL)
                .flatMap(i -> Mono.<Connection>from(connections.create()))
                .collectList()
                .block(Duration.ofSeconds(60));
        assertThat(open).hasSize(POOL);
        open.forEach(each -> Mono.from(each.beginTransaction()).block(Duration.ofSeconds(30)));

        proxy.swallow();
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            Connection each = open.get(i);
            Mono<Void> end =
                    switch (i % 3) {
                        case 0 -> Mono.from(each.commitTransaction());
                        case 1 -> Mono.from(each.rollbackTransaction());
                        default ->
                            Flux.from(each.createStatement("SELECT 1").execute())
                                    .flatMap(result -> result.getRowsUpdated())
                                    .timeout(Duration.ofMillis(500))
                                    .then();
                    };
            ends.add(end.onErrorComplete().then(Mono.from(each.close())).toFuture());
        }
        for (CompletableFuture<Void> end : ends) {
            await().atMost(ANSWERED_WITHIN).until(end::isDone);
        }

        proxy.forward();
        await().atMost(ANSWERED_WITHIN).until(() -> proxy.dead() == 0);
        assertPoolIsWhole();
    }

    /** The server's own limit comes first, and keeps the connection. */
    @Test
    void aSlowStatementIsEndedByTheServer() {
        Throwable failure = statement("SELECT pg_sleep(60)")
                .then(Mono.<Throwable>empty())
                .onErrorResume(Mono::just)
                .block(Duration.ofSeconds(60));

        assertThat(failure).isNotNull().rootCause().hasMessageContaining("statement timeout");
    }

    private static Mono<Long> statement(String sql) {
        return instance.bean(DatabaseClient.class).sql(sql).fetch().rowsUpdated();
    }

    /** Every slot of the pool has a connection at the same time, and each answers. */
    private static void assertPoolIsWhole() {
        await().atMost(ANSWERED_WITHIN).ignoreExceptions().untilAsserted(() -> {
            List<Connection> all = new ArrayList<>();
            ConnectionFactory connections = instance.bean(ConnectionFactory.class);
            try {
                for (int i = 0; i < POOL; i++) {
                    all.add(Mono.from(connections.create()).block(Duration.ofSeconds(10)));
                }
                for (Connection each : all) {
                    assertThat(Flux.from(each.createStatement("SELECT 1").execute())
                                    .flatMap(result -> result.map(row -> row.get(0, Integer.class)))
                                    .blockLast(Duration.ofSeconds(10)))
                            .isEqualTo(1);
                }
            } finally {
                all.forEach(each -> Mono.from(each.close()).block(Duration.ofSeconds(10)));
            }
        });
    }

    private static io.r2dbc.pool.PoolMetrics pool() {
        ConnectionFactory connections = instance.bean(ConnectionFactory.class);
        ConnectionPool pool = connections instanceof ConnectionPool itself
                ? itself
                : (ConnectionPool) ((Wrapped<?>) connections).unwrap();
        return pool.getMetrics().orElseThrow();
    }
}
