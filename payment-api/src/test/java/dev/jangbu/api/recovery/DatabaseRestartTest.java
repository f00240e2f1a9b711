package dev.jangbu.api.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.testsupport.TestPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** During outages of the database, clients that repeat their calls get each operation done exactly once. */
class DatabaseRestartTest {

    private static final int BUYERS = 8;

    /** Limit of the repetitions of one call. */
    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    private static final int ORDERS_PER_BUYER = 12;

    /** Its leases are short, so that an unrecorded outcome delays its payment by seconds only. */
    private static Instance instance;

    private static Client client;
    private final Random random = new Random(20_261_124);
    private final AtomicInteger successes = new AtomicInteger();
    private final AtomicInteger refusedForNow = new AtomicInteger();

    private record Purchase(TestOrder order, String id, long refunded) {}

    @BeforeAll
    static void start() {
        instance = Testbed.withShortTimeouts();
        client = instance.client();
    }

    @AfterAll
    static void stop() {
        instance.close();
    }

    @Test
    void aRestartCostsTimeAndNothingElse() throws InterruptedException, ExecutionException, IOException {
        List<Purchase> purchases = new ArrayList<>();
        try (var buyers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Purchase>>> running = new ArrayList<>();
            for (int i = 0; i < BUYERS; i++) {
                int number = i;
                running.add(buyers.submit(() -> buy(number, ORDERS_PER_BUYER)));
            }
            await().until(() -> successes.get() >= BUYERS * ORDERS_PER_BUYER / 2);

            TestPostgres.restart();

            for (Future<List<Purchase>> buyer : running) {
                purchases.addAll(buyer.get());
            }
        }

        assertThat(purchases).hasSize(BUYERS * ORDERS_PER_BUYER);
        assertThat(refusedForNow).as("calls that failed during the restart").hasPositiveValue();
        PaymentInvariants invariants = PaymentInvariants.ofMainInstance();
        for (Purchase purchase : purchases) {
            JsonNode payment = invariants.verify(purchase.order(), purchase.id());
            assertThat(payment.get("refundedAmount").longValue()).isEqualTo(purchase.refunded());
        }
    }

    /**
     * Sessions end between and within statements. The next end follows a successful call, so that calls succeed on any
     * machine.
     */
    @Test
    void repeatedlyEndedSessionsCostTimeAndNothingElse() throws InterruptedException, ExecutionException, SQLException {
        List<Purchase> purchases = new ArrayList<>();
        try (var buyers = Executors.newVirtualThreadPerTaskExecutor();
                Connection superuser = Testbed.database().asSuperuser();
                Statement statement = superuser.createStatement()) {
            List<Future<List<Purchase>>> running = new ArrayList<>();
            for (int i = 0; i < BUYERS; i++) {
                int number = i;
                running.add(buyers.submit(() -> buy(number, 4)));
            }
            while (running.stream().anyMatch(buyer -> !buyer.isDone())) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'jangbu_payment'");
                int before = successes.get();
                await().pollInterval(Duration.ofMillis(5))
                        .until(() ->
                                successes.get() > before || running.stream().allMatch(Future::isDone));
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(120)).toNanos());
            }
            for (Future<List<Purchase>> buyer : running) {
                purchases.addAll(buyer.get());
            }
        }

        assertThat(purchases).hasSize(BUYERS * 4);
        assertThat(refusedForNow).as("calls that failed at an end").hasPositiveValue();
        PaymentInvariants invariants = PaymentInvariants.ofMainInstance();
        for (Purchase purchase : purchases) {
            JsonNode payment = invariants.verify(purchase.order(), purchase.id());
            assertThat(payment.get("refundedAmount").longValue()).isEqualTo(purchase.refunded());
        }
    }

    private List<Purchase> buy(int number, int orderCount) {
        List<Purchase> purchases = new ArrayList<>();
        for (int i = 0; i < orderCount; i++) {
            TestOrder order = new TestOrder(client);
            String id = repeatUntil("/payments", order.creation(600, 400), 201).id();
            repeatUntil("/payments/" + id + "/confirm", order.confirmation(1_000), 200);
            boolean refunds = (number + i) % 3 == 0;
            if (refunds) {
                repeatUntil("/payments/" + id + "/refunds", TestOrder.refundOf("1", 250), 201);
            }
            purchases.add(new Purchase(order, id, refunds ? 250 : 0));
        }
        return purchases;
    }

    /** Repeats a call with the same key until it succeeds. */
    private Reply repeatUntil(String path, String body, int success) {
        UUID key = UUID.randomUUID();
        long start = System.nanoTime();
        while (System.nanoTime() - start < TIMEOUT.toNanos()) {
            Reply reply = client.post(path, body, key);
            if (reply.status() == success) {
                successes.incrementAndGet();
                return reply;
            }
            if (reply.status() == 202) {
                // The outcome is open; the key returns it later.
                refusedForNow.incrementAndGet();
            } else {
                assertThat(reply.get("code"))
                        .as("%s", reply)
                        .isIn(Set.of(
                                "unavailable",
                                "outcome-not-recorded",
                                "idempotency-key-in-use",
                                "payment-in-progress"));
                assertThat(reply.header("Retry-After")).as("%s", reply).isNotBlank();
                refusedForNow.incrementAndGet();
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError("No success of " + path + " " + body);
    }
}
