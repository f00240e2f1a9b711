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

/** Thousands of waiting clients cost one query each at the start of their wait, and none when they are woken. */
class LongPollTest {

    private static final int PAYMENTS = 50;

    /** Both ends of each connection are in this process, whose limit is 20,000 open files. */
    private static final int CONNECTIONS = 1_000;

    /** Upper bound of the transactions a second of scheduled tasks and the pool. */
    private static final int BACKGROUND_TRANSACTIONS = 400;

    @Test
    void tenThousandClientsAreWokenWithoutAQueryEach() {
        List<StagedPayment> payments = StagedPayment.many(State.APPROVED, PAYMENTS);
        LongPoll longPoll = Testbed.main().bean(LongPoll.class);
        Set<Integer> started = ConcurrentHashMap.newKeySet();
        Set<Integer> woken = ConcurrentHashMap.newKeySet();
        Set<Throwable> failures = ConcurrentHashMap.newKeySet();
        List<Disposable> clients = new ArrayList<>();
        for (int i = 0; i < LongPoll.MAX; i++) {
            UUID payment = UUID.fromString(payments.get(i % PAYMENTS).id());
            int client = i;
            clients.add(longPoll.watch(payment)
                    .doOnNext(seen -> started.add(client))
                    .filter(seen -> seen.status() == PaymentStatus.COMPLETED)
                    .next()
                    .subscribe(complete -> woken.add(client), failures::add));
            if (client % 100 == 99) {
                // No more at once than the pool serves within its acquire timeout.
                await().until(() -> started.size() > client || !failures.isEmpty());
            }
        }
        try {
            long before = transactionsWhenIdle();

            complete(payments);
            await().until(() -> woken.size() == LongPoll.MAX || !failures.isEmpty());
            assertThat(failures).isEmpty();

            assertThat(transactionsWhenIdle() - before).isLessThan(LongPoll.MAX / 4);
        } finally {
            clients.forEach(Disposable::dispose);
        }
    }

    @Test
    @SuppressWarnings("UnnecessaryStringBuilder") // Each connection collects its response in a builder.
    void aThousandHttpClientsWaitAndGetTheirResponses() throws IOException {
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
                    // This call waits for the queries of the others: no more at once than the pool serves within its
                    // acquire timeout.
                    Testbed.client()
                            .get("/payments/" + payments.getFirst().id())
                            .is(200);
                }
            }
            LongPoll longPoll = Testbed.main().bean(LongPoll.class);
            await().until(() -> longPoll.waiting() >= CONNECTIONS);
            // Each client's first read is done once the database is idle.
            long before = transactionsWhenIdle();

            complete(payments);
            int responses = 0;
            long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            ByteBuffer buffer = ByteBuffer.allocate(16_384);
            while (responses < CONNECTIONS && System.nanoTime() < end) {
                selector.select(500);
                for (SelectionKey key : selector.selectedKeys()) {
                    responses += read(key, buffer);
                }
                selector.selectedKeys().clear();
            }

            assertThat(responses).isEqualTo(CONNECTIONS);
            assertThat(transactionsWhenIdle() - before).isLessThan(CONNECTIONS - BACKGROUND_TRANSACTIONS);
        } finally {
            for (SocketChannel connection : connections) {
                connection.close();
            }
        }
    }

    /** Returns 1 if the response is complete, and checks it. */
    private static int read(SelectionKey key, ByteBuffer buffer) throws IOException {
        StringBuilder response = (StringBuilder) key.attachment();
        buffer.clear();
        int read = ((SocketChannel) key.channel()).read(buffer);
        assertThat(read).isPositive();
        response.append(StandardCharsets.UTF_8.decode(buffer.flip()));
        if (!response.toString().endsWith("}")) {
            return 0;
        }
        assertThat(response).startsWith("HTTP/1.1 200 ").contains("\"status\":\"COMPLETED\"");
        key.cancel();
        return 1;
    }

    private static void complete(List<StagedPayment> payments) {
        try (CompletionProducer completions = new CompletionProducer()) {
            payments.forEach(payment -> completions.completed(SettlementKind.PAYMENT, payment.id()));
        }
    }

    /** The transaction count once the database is idle. Sessions report their counts at most once a second. */
    private static long transactionsWhenIdle() {
        AtomicLong last = new AtomicLong();
        await().pollInterval(Duration.ofMillis(1_100)).until(() -> {
            long now = transactions();
            return now - last.getAndSet(now) < BACKGROUND_TRANSACTIONS;
        });
        return last.get();
    }

    /** The number of committed transactions, including single statements. */
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
