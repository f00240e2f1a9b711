package dev.jangbu.api.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.PaymentInvariants;
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
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The database goes away while it is worked with, and comes back: clients that come again get what they wanted, once. */
class DatabaseRestartTest {

    private static final int SHOPPERS = 8;
    private static final int ORDERS_EACH = 12;

    private final Client client = Testbed.client();
    private final Random random = new Random(20_261_124);
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger refusedForNow = new AtomicInteger();

    private record Bought(TestOrder shop, String id, long refunded) {}

    @Test
    void aRestartInTheMiddleCostsTimeAndNothingElse() throws InterruptedException, ExecutionException, IOException {
        List<Bought> bought = new ArrayList<>();
        try (var shoppers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Bought>>> shopping = new ArrayList<>();
            for (int i = 0; i < SHOPPERS; i++) {
                int number = i;
                shopping.add(shoppers.submit(() -> shop(number, ORDERS_EACH)));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> done.get() >= SHOPPERS * ORDERS_EACH / 4);

            Testbed.database().restart();

            for (Future<List<Bought>> one : shopping) {
                bought.addAll(one.get());
            }
        }

        assertThat(bought).hasSize(SHOPPERS * ORDERS_EACH);
        assertThat(refusedForNow).as("the restart was noticed").hasPositiveValue();
        PaymentInvariants truth = PaymentInvariants.ofMain();
        for (Bought one : bought) {
            JsonNode payment = truth.holds(one.shop(), one.id());
            assertThat(payment.get("refundedAmount").longValue()).isEqualTo(one.refunded());
        }
    }

    /** Sessions are ended between and within statements: whatever is answered then is no success, and nothing is half done. */
    @Test
    void sessionsThatAreEndedAgainAndAgainCostTimeAndNothingElse()
            throws InterruptedException, ExecutionException, SQLException {
        List<Bought> bought = new ArrayList<>();
        try (var shoppers = Executors.newVirtualThreadPerTaskExecutor();
                Connection superuser = Testbed.database().asSuperuser();
                Statement statement = superuser.createStatement()) {
            List<Future<List<Bought>>> shopping = new ArrayList<>();
            for (int i = 0; i < SHOPPERS; i++) {
                int number = i;
                shopping.add(shoppers.submit(() -> shop(number, 4)));
            }
            while (shopping.stream().anyMatch(one -> !one.isDone())) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'jangbu_payment'");
                LockSupport.parkNanos(
                        Duration.ofMillis(40 + random.nextInt(120)).toNanos());
            }
            for (Future<List<Bought>> one : shopping) {
                bought.addAll(one.get());
            }
        }

        assertThat(bought).hasSize(SHOPPERS * 4);
        assertThat(refusedForNow).as("the ends were noticed").hasPositiveValue();
        PaymentInvariants truth = PaymentInvariants.ofMain();
        for (Bought one : bought) {
            JsonNode payment = truth.holds(one.shop(), one.id());
            assertThat(payment.get("refundedAmount").longValue()).isEqualTo(one.refunded());
        }
    }

    private List<Bought> shop(int number, int orders) {
        List<Bought> bought = new ArrayList<>();
        for (int order = 0; order < orders; order++) {
            TestOrder shop = new TestOrder(client);
            String id = insist("/payments", shop.creation(600, 400), 201).id();
            insist("/payments/" + id + "/confirm", shop.confirmation(1_000), 200);
            boolean refunds = (number + order) % 3 == 0;
            if (refunds) {
                insist("/payments/" + id + "/refunds", TestOrder.refundOf("1", 250), 201);
            }
            bought.add(new Bought(shop, id, refunds ? 250 : 0));
            done.incrementAndGet();
        }
        return bought;
    }

    /** Comes again with the same key, as a client does that is told to, until it has its answer. */
    private Reply insist(String path, String body, int success) {
        UUID key = UUID.randomUUID();
        for (int i = 0; i < 400; i++) {
            Reply reply = client.post(path, body, key);
            if (reply.status() == success) {
                return reply;
            }
            if (reply.status() == 202) {
                // Its outcome is open: the key will have it.
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
        throw new AssertionError("No answer to " + path + " " + body);
    }
}
