package dev.jangbu.api.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.continuity.DatabaseContinuity;
import dev.jangbu.api.settings.TestSettings;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.scheduling.config.ScheduledTaskHolder;

/** Idempotency keys over HTTP: replay, conflicts, concurrency, expiry. */
class IdempotencyTest {

    private final Client client = Testbed.client();
    private final TestOrder shop = new TestOrder(client);
    private final UUID key = UUID.randomUUID();

    @Test
    void aRepeatedCallGetsTheStoredResponseMarkedAsReplayed() {
        String body = shop.creation(1_000);
        Reply first = client.post("/payments", body, key).is(201);
        assertThat(first.replayed()).isFalse();

        Reply again = client.post("/payments", body, key).is(201);

        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        // The stored response, not the current state of the payment.
        shop.confirm(first.id(), 1_000).is(200);
        assertThat(client.post("/payments", body, key).is(201).of("READY").text())
                .isEqualTo(first.text());
    }

    @Test
    void whiteSpaceAndTheOrderOfFieldsAreIgnored() {
        client.post("/payments", shop.creation(1_000), key).is(201);

        String other =
                "{ \"lines\" : [ { \"fee\":100, \"amount\":1000,\"sellerId\":\"%s\"} ],\n\"currency\":\"KRW\", \"orderId\":\"%s\" }"
                        .formatted(shop.seller(1), shop.orderId());

        assertThat(client.post("/payments", other, key).is(201).replayed()).isTrue();
    }

    @Test
    void defaultsThatAreSpelledOutMakeNoDifference() {
        String start = "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"%s\",\"amount\":1000"
                .formatted(shop.orderId(), shop.seller(1));
        String omitted = start + "}]}";
        client.post("/payments", omitted, key).is(201);

        for (String same : List.of(
                omitted,
                start + ",\"fee\":0}]}",
                start + ",\"fee\":null}],\"metadata\":{}}",
                start + ",\"fee\":0}],\"metadata\":null}")) {
            assertThat(client.post("/payments", same, key).is(201).replayed()).isTrue();
        }
        client.post("/payments", start + ",\"fee\":1}]}", key).problem(422, "idempotency-key-reused");
        client.post("/payments", start + "}],\"metadata\":{\"a\":\"\"}}", key).problem(422, "idempotency-key-reused");
    }

    @Test
    void keysThatAFormerVersionStoredAreRecognized() throws SQLException {
        String start = "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"%s\",\"amount\":1000"
                .formatted(shop.orderId(), shop.seller(1));
        String omitted = start + "}]}";
        String spelled = start + ",\"fee\":0}],\"metadata\":{}}";
        client.post("/payments", omitted, key).is(201);

        // It stored the fingerprint of the request as it was written, here with the defaults.
        storeFingerprint("create\n" + spelled);

        assertThat(client.post("/payments", spelled, key).is(201).replayed()).isTrue();
        assertThat(client.post("/payments", omitted, key).is(201).replayed()).isTrue();
    }

    private void storeFingerprint(String canonical) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE idempotency_keys SET fingerprint = sha256(convert_to(?, 'UTF8')) WHERE key = ?")) {
            update.setString(1, canonical);
            update.setString(2, key.toString());
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    @Test
    void anotherBodyOrCallWithTheSameKeyIsRefused() {
        String id = client.post("/payments", shop.creation(1_000), key).is(201).id();

        client.post("/payments", shop.creation(1_001), key).problem(422, "idempotency-key-reused");
        client.post("/payments/" + id + "/confirm", shop.confirmation(1_000), key)
                .problem(422, "idempotency-key-reused");
        client.post("/payments/" + id + "/cancel", "{\"reason\":\"x\"}", key).problem(422, "idempotency-key-reused");

        UUID confirming = UUID.randomUUID();
        client.post("/payments/" + id + "/confirm", shop.confirmation(1_000), confirming)
                .is(200);
        client.post("/payments/" + id + "/confirm", shop.confirmation(999), confirming)
                .problem(422, "idempotency-key-reused");
        client.post("/payments/" + id + "/confirm", TestOrder.confirmation("other", 1_000), confirming)
                .problem(422, "idempotency-key-reused");
        TestOrder second = new TestOrder(client);
        String other = second.create(1_000).is(201).id();
        client.post("/payments/" + other + "/confirm", shop.confirmation(1_000), confirming)
                .problem(422, "idempotency-key-reused");
        client.post("/payments/" + id + "/refunds", "{\"reason\":\"x\"}", confirming)
                .problem(422, "idempotency-key-reused");
    }

    @Test
    void quotesAreStripped() {
        Reply first = client.postKeyed("\"" + key + "\"", "/payments", shop.creation(1_000))
                .is(201);

        Reply again = client.post("/payments", shop.creation(1_000), key).is(201);

        assertThat(again.replayed()).isTrue();
        assertThat(again.id()).isEqualTo(first.id());
    }

    @Test
    void everyFinalResponseIsReplayed() {
        String approved = shop.create(1_000).is(201).id();
        assertReplayed("/payments/" + approved + "/confirm", shop.confirmation(1_000), 200);
        assertReplayed("/payments/" + approved + "/refunds", TestOrder.refundOf("1", 10), 201);
        assertReplayed("/payments/" + approved + "/refunds", TestOrder.refundOf("1", 991), 422);
        assertReplayed("/payments/" + approved + "/cancel", "{\"reason\":\"x\"}", 200);
        assertThat(PaymentInvariants.ofMainInstance()
                        .verify(shop, approved)
                        .get("refundedAmount")
                        .longValue())
                .isEqualTo(1_000);

        TestOrder declined = new TestOrder(client, "sim_declined");
        String id = declined.create(1_000).is(201).id();
        assertReplayed("/payments/" + id + "/confirm", declined.confirmation(1_000), 402);

        TestOrder mismatched = new TestOrder(client);
        String ready = mismatched.create(1_000).is(201).id();
        assertReplayed("/payments/" + ready + "/confirm", mismatched.confirmation(1_001), 422);

        TestOrder dropped = new TestOrder(client);
        String canceled = dropped.create(1_000).is(201).id();
        assertReplayed("/payments/" + canceled + "/cancel", "{\"reason\":\"x\"}", 200);
    }

    private void assertReplayed(String path, String body, int status) {
        UUID own = UUID.randomUUID();
        Reply first = client.post(path, body, own).is(status);
        assertThat(first.replayed()).isFalse();
        for (int i = 0; i < 2; i++) {
            Reply again = client.post(path, body, own).is(status);
            assertThat(again.replayed()).as("%s", again).isTrue();
            assertThat(again.text()).isEqualTo(first.text());
        }
    }

    @Test
    void aTemporaryRefusalIsNotStored() {
        String id = shop.create(1_000).is(201).id();
        PspProxy.Hold hold = Testbed.psp().holdBefore(shop.tag());
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + id + "/confirm", shop.confirmation(1_000), UUID.randomUUID());
        hold.awaitArrival();

        client.post("/payments/" + id + "/confirm", shop.confirmation(1_000), key)
                .problemForNow(409, "payment-in-progress");
        Testbed.psp().restore(shop.tag());
        buyer.join().is(200);

        client.post("/payments/" + id + "/confirm", shop.confirmation(1_000), key)
                .is(200)
                .of("APPROVED");
        UUID refused = UUID.randomUUID();
        client.post("/payments/" + UUID.randomUUID() + "/cancel", "{\"reason\":\"x\"}", refused)
                .problem(404, "not-found");
        client.post("/payments", "{}", refused).isAnyProblem();
        client.post("/payments", new TestOrder(client).creation(1_000), refused).is(201);
    }

    @Test
    void repetitionsOfARunningCallAreRefused() {
        String id = shop.create(1_000).is(201).id();
        PspProxy.Hold hold = Testbed.psp().holdBefore(shop.tag());
        String path = "/payments/" + id + "/confirm";
        CompletableFuture<Reply> first = client.postAsync(path, shop.confirmation(1_000), key);
        hold.awaitArrival();

        client.post(path, shop.confirmation(1_000), key).problemForNow(409, "idempotency-key-in-use");
        client.post(path, shop.confirmation(999), key).problem(422, "idempotency-key-reused");
        Testbed.psp().restore(shop.tag());

        Reply outcome = first.join().is(200);
        Reply replay = client.post(path, shop.confirmation(1_000), key).is(200);
        assertThat(replay.replayed()).isTrue();
        assertThat(replay.text()).isEqualTo(outcome.text());
        assertThat(Testbed.psp().calls(shop.tag())).hasSize(1);
    }

    @Test
    void anOpenResponseIsNotStored() {
        String id = shop.create(1_000).is(201).id();
        String path = "/payments/" + id + "/confirm";
        Testbed.psp().cut(shop.tag());

        Reply open = client.post(path, shop.confirmation(1_000), key).is(202).of("UNKNOWN");
        assertThat(open.header("Location")).isEqualTo("/v1/payments/" + id);
        assertThat(open.get("unknownSince")).isNotBlank();
        Reply still = client.post(path, shop.confirmation(1_000), key).is(202).of("UNKNOWN");
        assertThat(still.replayed()).isFalse();
        Testbed.psp().restore(shop.tag());

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        client.post(path, shop.confirmation(1_000), key).is(200).of("APPROVED"));
        PaymentInvariants.ofMainInstance().verify(shop, id);
    }

    @Test
    void ofTwentyConcurrentCallsWithOneKeyOneIsExecuted() {
        String id = shop.create(1_000).is(201).id();
        for (String path : List.of("/payments/" + id + "/confirm", "/payments/" + id + "/refunds")) {
            UUID own = UUID.randomUUID();
            String body = path.endsWith("confirm") ? shop.confirmation(1_000) : TestOrder.refundOf("1", 30);
            List<Reply> replies = Stream.generate(() -> client.postAsync(path, body, own)).limit(20).toList().stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(replies.stream().filter(reply -> reply.status() < 300 && !reply.replayed()))
                    .hasSize(1);
            replies.stream()
                    .filter(reply -> reply.status() >= 300)
                    .forEach(reply -> reply.problemForNow(409, "idempotency-key-in-use"));
            assertThat(replies.stream().filter(reply -> reply.status() < 300).map(Reply::text))
                    .containsOnly(client.post(path, body, own).text());
        }
        assertThat(PspCharges.matching(shop.tag())).singleElement().satisfies(charge -> assertThat(charge.cancelled())
                .isEqualTo(30));
        TestOrder creating = new TestOrder(client);
        List<Reply> created =
                Stream.generate(() -> client.postAsync("/payments", creating.creation(500), key))
                        .limit(20)
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .toList();
        assertThat(created.stream().filter(reply -> reply.status() == 201).map(Reply::id))
                .isNotEmpty()
                .containsOnly(created.stream()
                        .filter(reply -> reply.status() == 201)
                        .findFirst()
                        .orElseThrow()
                        .id());
        created.stream()
                .filter(reply -> reply.status() != 201)
                .forEach(reply -> reply.problemForNow(409, "idempotency-key-in-use"));
    }

    @Test
    void anExpiredKeyIsDeletedAndARepeatedRefundIsStillFound() throws Exception {
        String id = shop.create(1_000).is(201).id();
        shop.confirm(id, 1_000).is(200);
        String refunds = "/payments/" + id + "/refunds";
        Reply refund = client.post(refunds, TestOrder.refundOf("1", 100), key).is(201);
        UUID creating = UUID.randomUUID();
        TestOrder other = new TestOrder(client);
        client.post("/payments", other.creation(1_000), creating).is(201);

        new IdempotencyKeyCleanup(
                        Testbed.main().bean(IdempotencyKeys.class),
                        Testbed.main().bean(DatabaseContinuity.class),
                        TestSettings.of(Map.of("JANGBU_IDEMPOTENCY_KEPTFOR", "1ms")))
                .deleteExpired();

        assertThat(isStored(creating)).isFalse();
        assertThat(isStored(key)).isFalse();
        // The key is unused again.
        client.post("/payments", other.creation(1_000), creating).problem(409, "order-already-exists");
        Reply again = client.post(refunds, TestOrder.refundOf("1", 100), key).is(201);
        assertThat(again.id()).isEqualTo(refund.id());
        client.post(refunds, TestOrder.refundOf("1", 101), key).problem(422, "idempotency-key-reused");
        assertThat(PaymentInvariants.ofMainInstance()
                        .verify(shop, id)
                        .get("refundedAmount")
                        .longValue())
                .isEqualTo(100);
    }

    @Test
    void theKeyOfARunningCallIsNotDeleted() throws Exception {
        String id = shop.create(1_000).is(201).id();
        PspProxy.Hold hold = Testbed.psp().holdBefore(shop.tag());
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + id + "/confirm", shop.confirmation(1_000), key);
        hold.awaitArrival();
        UUID done = UUID.randomUUID();
        client.post("/payments", new TestOrder(client).creation(1_000), done).is(201);

        Testbed.main()
                .bean(IdempotencyKeys.class)
                .deleteOlderThan(Duration.ZERO, 1_000_000)
                .block();

        assertThat(isStored(done)).isFalse();
        assertThat(isStored(key)).isTrue();
        Testbed.psp().restore(shop.tag());
        buyer.join().is(200);
    }

    @Test
    void theCleanupIsScheduled() {
        assertThat(Testbed.main().bean(ScheduledTaskHolder.class).getScheduledTasks())
                .extracting(Object::toString)
                .anyMatch(task -> task.endsWith("IdempotencyKeyCleanup.deleteExpired"));
    }

    private static boolean isStored(UUID key) throws SQLException {
        try (Connection connection = Testbed.database().as("jangbu_audit");
                PreparedStatement select =
                        connection.prepareStatement("SELECT 1 FROM idempotency_keys WHERE key = ?")) {
            select.setString(1, key.toString());
            ResultSet rows = select.executeQuery();
            return rows.next();
        }
    }
}
