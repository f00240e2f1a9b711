package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.SettlementKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** Thousands of clients that wait on one instance cost a query each when they come, and none when they are woken. */
class LongPollTest {

    private static final int PAYMENTS = 50;

    /** Connections have two ends in this one process, which may have 20,000 files open. */
    private static final int CONNECTIONS = 1_000;

    /** What the service's own looks and its pool's come to in a second, at most. */
    private static final int CLOCKWORK = 400;

    @Test
    void tenThousandAreWokenWithoutAQueryForEach() {
        List<StagedPayment> payments = StagedPayment.many(State.APPROVED, PAYMENTS);
        LongPoll waiters = Testbed.main().bean(LongPoll.class);
        Set<Integer> looked = ConcurrentHashMap.newKeySet();
        Set<Integer> woken = ConcurrentHashMap.newKeySet();
        Set<Throwable> failures = ConcurrentHashMap.newKeySet();
        List<Disposable> clients = new ArrayList<>();
        for (int i = 0; i < LongPoll.MAX; i++) {
            UUID payment = UUID.fromString(payments.get(i % PAYMENTS).id());
            int client = i;
            clients.add(waiters.watch(payment)
                    .doOnNext(seen -> looked.add(client))
                    .filter(seen -> seen.status() == PaymentStatus.COMPLETED)
                    .next()
                    .subscribe(complete -> woken.add(client), failures::add));
            if (client % 100 == 99) {
                // No more at once than the pool serves in the time that it lets a call wait.
                await().atMost(Duration.ofSeconds(20)).until(() -> looked.size() > client || !failures.isEmpty());
            }
        }
        try {
            long before = transactionsWhenQuiet();

            complete(payments);
            await().atMost(Duration.ofSeconds(20)).until(() -> woken.size() == LongPoll.MAX || !failures.isEmpty());
            assertThat(failures).isEmpty();

            assertThat(transactionsWhenQuiet() - before).isLessThan(LongPoll.MAX / 4);
        } finally {
            clients.forEach(Disposable::dispose);
        }
    }

    @Test
    @SuppressWarnings("UnnecessaryStringBuilder") // Each connection gathers its answer in one.
    void thousandsWaitOverHttpAndAreAnswered() throws IOException {
        List<StagedPayment> payments = StagedPayment.many(State.APPROVED, PAYMENTS);
        List<SocketChannel> connections = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            InetSocketAddress service =
                    new InetSocketAddress("127.0.0.1", Testbed.client().base().getPort());
            for (int i = 0; i < CONNECTIONS; i++) {
                SocketChannel connection = SocketChannel.open(service);
                connections.add(connection);
                connection.write(ByteBuffer.wrap(("GET /v1/payments/"
                                + payments.get(i % PAYMENTS).id()
                                + " HTTP/1.1\r\nHost: a\r\nPrefer: wait=30\r\nAuthorization: Bearer "
                                + Testbed.API_KEY + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII)));
                connection.configureBlocking(false);
                connection.register(selector, SelectionKey.OP_READ, new StringBuilder());
                if (i % 100 == 99) {
                    // One that waits behind these for its query: no more at once than the pool serves in time.
                    Testbed.client()
                            .get("/payments/" + payments.getFirst().id())
                            .is(200);
                }
            }
            LongPoll waiters = Testbed.main().bean(LongPoll.class);
            await().atMost(Duration.ofSeconds(30)).until(() -> waiters.waiting() >= CONNECTIONS);
            // And each has had its first look, once it is quiet.
            long before = transactionsWhenQuiet();

            complete(payments);
            int answered = 0;
            long end = System.nanoTime() + Duration.ofSeconds(25).toNanos();
            ByteBuffer buffer = ByteBuffer.allocate(16_384);
            while (answered < CONNECTIONS && System.nanoTime() < end) {
                selector.select(500);
                for (SelectionKey key : selector.selectedKeys()) {
                    answered += read(key, buffer);
                }
                selector.selectedKeys().clear();
            }

            assertThat(answered).isEqualTo(CONNECTIONS);
            assertThat(transactionsWhenQuiet() - before).isLessThan(CONNECTIONS - CLOCKWORK);
        } finally {
            for (SocketChannel connection : connections) {
                connection.close();
            }
        }
    }

    /** 1 when the answer is there, and says what it should. */
    private static int read(SelectionKey key, ByteBuffer buffer) throws IOException {
        StringBuilder answer = (StringBuilder) key.attachment();
        buffer.clear();
        int read = ((SocketChannel) key.channel()).read(buffer);
        assertThat(read).isPositive();
        answer.append(StandardCharsets.UTF_8.decode(buffer.flip()));
        if (!answer.toString().endsWith("}")) {
            return 0;
        }
        assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"status\":\"COMPLETED\"");
        key.cancel();
        return 1;
    }

    private static void complete(List<StagedPayment> payments) {
        try (CompletionProducer completions = new CompletionProducer()) {
            payments.forEach(payment -> completions.completed(SettlementKind.PAYMENT, payment.id()));
        }
    }

    /** When what was done is counted: sessions tell their numbers once a second at most. */
    private static long transactionsWhenQuiet() {
        AtomicLong last = new AtomicLong();
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(1_100))
                .until(() -> {
                    long now = transactions();
                    return now - last.getAndSet(now) < CLOCKWORK;
                });
        return last.get();
    }

    /** How many transactions the database has ended, each statement outside of one being one. */
    private static long transactions() {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT xact_commit FROM pg_stat_database WHERE datname = 'jangbu_payment'")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
