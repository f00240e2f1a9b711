package dev.jangbu.api.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.PaymentApi;
import dev.jangbu.api.database.PaymentsDatabase;
import dev.jangbu.api.recovery.CrashPoints.Place;
import dev.jangbu.api.testbed.ApiProcess;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.BlockedQueue;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.PaymentInvariants;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The service is killed while a payment and a refund stand at each place where it makes a difference. After its restart
 * everything is as if nothing had happened, and nobody had to help.
 *
 * <pre>
 *   T1 ─▶ AFTER_T1 ─▶ on the way to the PSP ─▶ PSP works ─▶ on the way back ─▶ AFTER_THE_ANSWER ─▶ T2 … BEFORE_T2_COMMITS ─▶ AFTER_T2 ─▶ answer
 * </pre>
 */
class CrashTest {

    private static final String ON_THE_WAY_THERE = "key-there";
    private static final String ON_THE_WAY_BACK = "key-back";

    private static final int QUEUED = 3;

    /** A piece of work that was begun, and never answered. */
    private record Begun(String place, TestOrder shop, String payment, String path, String body, UUID key, int success) {

        CompletableFuture<Reply> begin(Client client) {
            return place.endsWith(Place.AFTER_T2.name())
                    ? client.postAsync(path, body, key, CrashPoints.HEADER, Place.AFTER_T2.name())
                    : client.postAsync(path, body, key);
        }

        Reply repeat(Client client) {
            return client.post(path, body, key);
        }
    }

    @Test
    void whereverItIsKilledEachIsChargedOnceAndSettledOnceAndAnswered() throws SQLException {
        try (PaymentsDatabase database = Testbed.newDatabase()) {
            execute(database, CrashPoints.BEFORE_COMMITS);
            List<Begun> confirms = new ArrayList<>();
            List<Begun> refunds = new ArrayList<>();
            List<TestOrder> queued = new ArrayList<>();
            List<String> queuedIds = new ArrayList<>();
            try (ApiProcess victim = new ApiProcess(
                    CrashPoints.class,
                    database,
                    "jangbu.psp.timeout=4s",
                    "jangbu.recovery.lease-margin=2s",
                    "jangbu.async.concurrency=1")) {
                Client client = victim.client();
                for (Place place : Place.values()) {
                    confirms.add(confirmation(client, place.confirm()));
                    refunds.add(refund(client, place.refund()));
                }
                for (String way : List.of(ON_THE_WAY_THERE, ON_THE_WAY_BACK)) {
                    confirms.add(confirmation(client, way));
                    refunds.add(refund(client, way));
                }
                BlockedQueue jam = BlockedQueue.of(client, 1);
                for (int i = 0; i < QUEUED; i++) {
                    TestOrder shop = new TestOrder(client);
                    String id = shop.create(1_000).is(201).id();
                    shop.confirm(id, 1_000, "Prefer", "respond-async").is(202);
                    queued.add(shop);
                    queuedIds.add(id);
                }

                List<CompletableFuture<Reply>> unanswered = new ArrayList<>();
                for (Begun begun : all(confirms, refunds)) {
                    unanswered.add(begin(client, begun));
                }
                awaitThatEachStands(database, confirms, refunds);
                assertThat(unanswered).noneMatch(CompletableFuture::isDone);
                victim.kill();
                assertThat(unanswered).allSatisfy(answer -> assertThat(answer).failsWithin(Duration.ofSeconds(10)));
                for (Begun begun : all(confirms, refunds)) {
                    Testbed.psp().restore(begun.shop().tag());
                }
                jam.close();
            }

            try (ApiProcess healer = new ApiProcess(PaymentApi.class, database, "jangbu.psp.timeout=4s")) {
                Client client = healer.client();
                PaymentInvariants truth = new PaymentInvariants(client, database);
                for (Begun begun : all(confirms, refunds)) {
                    JsonNode payment = truth.holds(begun.shop(), begun.payment());
                    assertThat(payment.get("status").asString())
                            .as(begun.place())
                            .isEqualTo("APPROVED");
                    assertThat(payment.get("refundedAmount").longValue())
                            .as(begun.place())
                            .isEqualTo(refunds.contains(begun) ? 700 : 0);
                    assertThat(PspCharges.matching(begun.shop().tag()))
                            .as(begun.place())
                            .hasSize(1);
                    // Nobody came again until now; who does gets the outcome, and always the same.
                    Reply first = begun.repeat(client).is(begun.success()).of("APPROVED");
                    assertThat(begun.repeat(client).text()).isEqualTo(first.text());
                    assertThat(first.replayed()).as(begun.place()).isTrue();
                }
                for (int i = 0; i < QUEUED; i++) {
                    assertThat(truth.holds(queued.get(i), queuedIds.get(i))
                                    .get("status")
                                    .asString())
                            .isEqualTo("APPROVED");
                }
            }
        }
    }

    private static Begun confirmation(Client client, String place) {
        TestOrder shop = new TestOrder(client, place);
        String id = shop.create(2_000, 1_000).is(201).id();
        return new Begun(
                "confirm at " + place,
                shop,
                id,
                "/payments/" + id + "/confirm",
                shop.confirmation(3_000),
                UUID.randomUUID(),
                200);
    }

    private static Begun refund(Client client, String place) {
        TestOrder shop = new TestOrder(client, place);
        String id = shop.create(2_000, 1_000).is(201).id();
        shop.confirm(id, 3_000).is(200);
        return new Begun(
                "refund at " + place,
                shop,
                id,
                "/payments/" + id + "/refunds",
                TestOrder.refundOf("1", 700),
                UUID.randomUUID(),
                201);
    }

    /** On the wire it is the wire that stands. */
    private static CompletableFuture<Reply> begin(Client client, Begun begun) {
        String tag = begun.shop().tag();
        PspProxy.Hold hold = begun.place().endsWith(ON_THE_WAY_THERE)
                ? Testbed.psp().holdBefore(tag)
                : begun.place().endsWith(ON_THE_WAY_BACK) ? Testbed.psp().holdAfter(tag) : null;
        CompletableFuture<Reply> answer = begun.begin(client);
        if (hold != null) {
            hold.awaitArrival();
        }
        return answer;
    }

    /** Seen from outside: by what the database and the PSP have, and by what sessions stand before their commit. */
    private static void awaitThatEachStands(PaymentsDatabase database, List<Begun> confirms, List<Begun> refunds) {
        await().atMost(Duration.ofSeconds(4))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> {
                    assertThat(count(database, "SELECT count(*) FROM payments WHERE status = 'EXECUTING'"))
                            // One of them jams the queue; one that is APPROVED already was not told to its client.
                            .isEqualTo(confirms.size() - 1 + 1);
                    assertThat(count(database, "SELECT count(*) FROM refunds WHERE status = 'EXECUTING'"))
                            .isEqualTo(refunds.size() - 1);
                    assertThat(count(database, "SELECT count(*) FROM refunds WHERE status = 'APPROVED'"))
                            .isEqualTo(1);
                    assertThat(count(database, """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE usename = 'jangbu_payment' AND wait_event = 'PgSleep' AND backend_xid IS NOT NULL
                    """)).isEqualTo(2);
                    for (Begun begun : all(confirms, refunds)) {
                        boolean confirm = confirms.contains(begun);
                        boolean done = !begun.place().contains(Place.AFTER_T1.name())
                                && !begun.place().endsWith(ON_THE_WAY_THERE);
                        List<PspCharges.Charge> charges =
                                PspCharges.matching(begun.shop().tag());
                        assertThat(charges).hasSize(confirm && !done ? 0 : 1);
                        if (!confirm) {
                            assertThat(charges.getFirst().cancelled()).isEqualTo(done ? 700 : 0);
                        }
                    }
                });
    }

    private static List<Begun> all(List<Begun> confirms, List<Begun> refunds) {
        List<Begun> all = new ArrayList<>(confirms);
        all.addAll(refunds);
        return all;
    }

    private static void execute(PaymentsDatabase database, String statements) throws SQLException {
        try (Connection connection = database.asSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private static long count(PaymentsDatabase database, String query) throws SQLException {
        try (Connection connection = database.asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
