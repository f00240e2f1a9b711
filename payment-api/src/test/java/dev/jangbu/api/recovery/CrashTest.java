package dev.jangbu.api.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.database.PaymentsDatabase;
import dev.jangbu.api.recovery.CrashPoints.Point;
import dev.jangbu.api.testbed.ApiProcess;
import dev.jangbu.api.testbed.BlockedQueue;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.WithoutCompletions;
import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The service is killed while a payment and a refund are blocked at each crash point. After the restart the recovery
 * completes all of them without help.
 *
 * <pre>
 *   T1 ─▶ AFTER_T1 ─▶ request ─▶ PSP ─▶ response ─▶ AFTER_PSP_RESULT ─▶ T2 … BEFORE_T2_COMMITS ─▶ AFTER_T2
 * </pre>
 */
class CrashTest {

    private static final String DURING_REQUEST = "key-request";
    private static final String DURING_RESPONSE = "key-response";

    private static final int QUEUED = 3;

    /** The leases outlast the preparation on a slow machine; after the kill they need not. */
    private static final String SHORTEN_LEASES = """
            UPDATE payments SET lease_until = clock_timestamp() + interval '2 seconds' WHERE lease_until > clock_timestamp();
            UPDATE refunds SET lease_until = clock_timestamp() + interval '2 seconds' WHERE lease_until > clock_timestamp()
            """;

    /** A call that is blocked at a crash point. */
    private record BlockedCall(
            String point, TestOrder order, String payment, String path, String body, UUID key, int success) {

        CompletableFuture<Reply> send(Client client) {
            return point.endsWith(Point.AFTER_T2.name())
                    ? client.postAsync(path, body, key, CrashPoints.HEADER, Point.AFTER_T2.name())
                    : client.postAsync(path, body, key);
        }

        Reply repeat(Client client) {
            return client.post(path, body, key);
        }
    }

    private static PaymentsDatabase database;

    /** The database gets the replication slot of the shared instance, which no other test uses meanwhile. */
    @BeforeAll
    static void start() throws SQLException {
        Testbed.database().dropReplicationSlot();
        database = PaymentsDatabase.create("jangbu_payment_crashes");
        database.createReplicationSlot();
        // A session without its client ends.
        TestPostgres.execute("ALTER DATABASE " + database.name() + " SET client_connection_check_interval = 100");
        database.execute(CrashPoints.BEFORE_COMMITS);
    }

    @AfterAll
    static void stop() throws SQLException {
        database.dropReplicationSlot();
        database.close();
        Testbed.database().createReplicationSlot();
        Testbed.awaitReady(Testbed.client());
    }

    @Test
    void afterAKillAtAnyPointEachOperationIsDoneOnceAndItsKeyReturnsTheOutcome() throws SQLException {
        List<BlockedCall> confirms = new ArrayList<>();
        List<BlockedCall> refunds = new ArrayList<>();
        List<TestOrder> queued = new ArrayList<>();
        List<String> queuedIds = new ArrayList<>();
        try (ApiProcess victim = new ApiProcess(
                CrashPoints.class,
                database,
                "jangbu.psp.timeout=60s",
                "jangbu.recovery.lease-margin=2s",
                "jangbu.async.concurrency=1")) {
            Client client = victim.client();
            for (Point point : Point.values()) {
                confirms.add(confirmation(client, point.confirmPrefix()));
                refunds.add(refund(client, point.refundPrefix()));
            }
            for (String point : List.of(DURING_REQUEST, DURING_RESPONSE)) {
                confirms.add(confirmation(client, point));
                refunds.add(refund(client, point));
            }
            BlockedQueue blocked = BlockedQueue.of(client, 1);
            for (int i = 0; i < QUEUED; i++) {
                TestOrder order = new TestOrder(client);
                String id = order.create(1_000).is(201).id();
                order.confirm(id, 1_000, "Prefer", "respond-async").is(202);
                queued.add(order);
                queuedIds.add(id);
            }

            List<CompletableFuture<Reply>> unanswered = new ArrayList<>();
            for (BlockedCall call : all(confirms, refunds)) {
                unanswered.add(send(client, call));
            }
            awaitAllBlocked(confirms, refunds);
            assertThat(unanswered).noneMatch(CompletableFuture::isDone);
            victim.kill();
            database.execute(SHORTEN_LEASES);
            assertThat(unanswered).allSatisfy(answer -> assertThat(answer).failsWithin(Duration.ofSeconds(60)));
            for (BlockedCall call : all(confirms, refunds)) {
                Testbed.psp().restore(call.order().tag());
            }
            blocked.close();
        }

        try (ApiProcess restarted = new ApiProcess(WithoutCompletions.class, database)) {
            Client client = restarted.client();
            PaymentInvariants invariants = new PaymentInvariants(client, database);
            for (BlockedCall call : all(confirms, refunds)) {
                JsonNode payment = invariants.verify(call.order(), call.payment());
                assertThat(payment.get("status").asString()).as(call.point()).isEqualTo("APPROVED");
                assertThat(payment.get("refundedAmount").longValue())
                        .as(call.point())
                        .isEqualTo(refunds.contains(call) ? 700 : 0);
                assertThat(PspCharges.matching(call.order().tag()))
                        .as(call.point())
                        .hasSize(1);
                // The first repetition of the call gets the outcome, and so does every other.
                Reply first = call.repeat(client).is(call.success()).of("APPROVED");
                assertThat(call.repeat(client).text()).isEqualTo(first.text());
                assertThat(first.replayed()).as(call.point()).isTrue();
            }
            for (int i = 0; i < QUEUED; i++) {
                assertThat(invariants
                                .verify(queued.get(i), queuedIds.get(i))
                                .get("status")
                                .asString())
                        .isEqualTo("APPROVED");
            }
        }
    }

    private static BlockedCall confirmation(Client client, String point) {
        TestOrder order = new TestOrder(client, point);
        String id = order.create(2_000, 1_000).is(201).id();
        return new BlockedCall(
                "confirm at " + point,
                order,
                id,
                "/payments/" + id + "/confirm",
                order.confirmation(3_000),
                UUID.randomUUID(),
                200);
    }

    private static BlockedCall refund(Client client, String point) {
        TestOrder order = new TestOrder(client, point);
        String id = order.create(2_000, 1_000).is(201).id();
        order.confirm(id, 3_000).is(200);
        return new BlockedCall(
                "refund at " + point,
                order,
                id,
                "/payments/" + id + "/refunds",
                TestOrder.refundOf("1", 700),
                UUID.randomUUID(),
                201);
    }

    /** Sends a call; during its request or response to the PSP the proxy holds it. */
    private static CompletableFuture<Reply> send(Client client, BlockedCall call) {
        String tag = call.order().tag();
        PspProxy.Hold hold = call.point().endsWith(DURING_REQUEST)
                ? Testbed.psp().holdBefore(tag)
                : call.point().endsWith(DURING_RESPONSE) ? Testbed.psp().holdAfter(tag) : null;
        CompletableFuture<Reply> answer = call.send(client);
        if (hold != null) {
            hold.awaitArrival();
        }
        return answer;
    }

    /** Waits until all calls are blocked, by the state of the database, its sessions and the PSP. */
    private static void awaitAllBlocked(List<BlockedCall> confirms, List<BlockedCall> refunds) {
        await().pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            assertThat(count("SELECT count(*) FROM payments WHERE status = 'EXECUTING'"))
                    // One more blocks the queue; one is APPROVED already, without a response to its client.
                    .isEqualTo(confirms.size() - 1 + 1);
            assertThat(count("SELECT count(*) FROM refunds WHERE status = 'EXECUTING'"))
                    .isEqualTo(refunds.size() - 1);
            assertThat(count("SELECT count(*) FROM refunds WHERE status = 'APPROVED'"))
                    .isEqualTo(1);
            assertThat(count("""
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND usename = 'jangbu_payment' AND wait_event = 'PgSleep' AND backend_xid IS NOT NULL
                    """)).isEqualTo(2);
            for (BlockedCall call : all(confirms, refunds)) {
                boolean confirm = confirms.contains(call);
                boolean done = !call.point().contains(Point.AFTER_T1.name())
                        && !call.point().endsWith(DURING_REQUEST);
                List<PspCharges.Charge> charges =
                        PspCharges.matching(call.order().tag());
                assertThat(charges).hasSize(confirm && !done ? 0 : 1);
                if (!confirm) {
                    assertThat(charges.getFirst().cancelled()).isEqualTo(done ? 700 : 0);
                }
            }
        });
    }

    private static List<BlockedCall> all(List<BlockedCall> confirms, List<BlockedCall> refunds) {
        List<BlockedCall> all = new ArrayList<>(confirms);
        all.addAll(refunds);
        return all;
    }

    private static long count(String query) throws SQLException {
        try (Connection connection = database.asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
