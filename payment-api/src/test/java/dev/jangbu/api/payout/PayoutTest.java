package dev.jangbu.api.payout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A payout is requested here and decided by the wallet processor. */
class PayoutTest {

    private static final String BODY = "{\"amount\":3000,\"currency\":\"KRW\",\"destination\":\"bank-1\"}";

    private final Client client = Testbed.client();
    private final TestOrder order = new TestOrder(client);
    private final String seller = order.seller(1);
    private final String path = "/wallets/" + seller + "/payouts";

    @Test
    void aPayoutIsStoredWithItsOutboxRow() {
        Reply payout = client.post(path, BODY).is(202).of("REQUESTED");

        assertThat(payout.header("Location")).isEqualTo("/v1/payouts/" + payout.id());
        assertThat(payout.get("sellerId")).isEqualTo(seller);
        assertThat(payout.get("destination")).isEqualTo("bank-1");
        assertThat(payout.number("amount")).isEqualTo(3_000);
        assertThat(payout.json().get("rejection").isNull()).isTrue();
        assertThat(payout.json().get("decidedAt").isNull()).isTrue();
        SettlementRequested request = onlyRequest();
        assertThat(request.getKind()).isEqualTo(SettlementKind.PAYOUT);
        assertThat(request.getReferenceId()).isEqualTo(payout.id());
        assertThat(request.getLineId()).isEqualTo(payout.id());
        assertThat(request.getReferenceParts()).isEqualTo(1);
        assertThat(request.getWalletId()).isEqualTo(seller + ":KRW");
        assertThat(request.getAmount()).isEqualTo(3_000);
        assertThat(request.getFee()).isZero();
        assertThat(request.getOrderId()).isEmpty();
        assertThat(request.getPsp()).isEmpty();
        assertThat(request.getExpectedVersion()).isNull();
        assertThat(client.get("/payouts/" + payout.id()).is(200).json()).isEqualTo(payout.json());
    }

    @Test
    void aCompletionBooksThePayout() {
        Reply payout = client.post(path, BODY).is(202);

        try (CompletionProducer completions = new CompletionProducer()) {
            completions.completed(SettlementKind.PAYOUT, payout.id());
            // Neither a repetition nor a later rejection changes the payout.
            completions.completed(SettlementKind.PAYOUT, payout.id());
            completions.rejected(payout.id(), Rejection.INSUFFICIENT_FUNDS);
        }

        await().untilAsserted(
                        () -> client.get("/payouts/" + payout.id()).is(200).of("BOOKED"));
        Reply booked = client.get("/payouts/" + payout.id());
        assertThat(booked.get("decidedAt")).isNotBlank();
        assertThat(booked.json().get("rejection").isNull()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"INSUFFICIENT_FUNDS", "VERSION_CONFLICT"})
    void aRejectionRejectsThePayout(Rejection rejection) {
        Reply payout = client.post(path, BODY).is(202);

        try (CompletionProducer completions = new CompletionProducer()) {
            completions.rejected(payout.id(), rejection);
        }

        await().untilAsserted(
                        () -> client.get("/payouts/" + payout.id()).is(200).of("REJECTED"));
        assertThat(client.get("/payouts/" + payout.id()).get("rejection")).isEqualTo(rejection.name());
        assertThat(client.get("/payouts/" + payout.id()).get("decidedAt")).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"7\"", "7"})
    void aCurrentVersionIsSentToTheWalletProcessor(String ifMatch) {
        Testbed.wallets().version(seller, 7);

        client.post(path, BODY, "If-Match", ifMatch).is(202);

        assertThat(onlyRequest().getExpectedVersion()).isEqualTo(7);
    }

    @Test
    void aStaleVersionIsRefusedAndNothingIsStored() {
        Testbed.wallets().version(seller, 7);
        UUID key = UUID.randomUUID();

        client.post(path, BODY, key, "If-Match", "\"6\"").problem(412, "version-conflict");

        assertThat(PaymentInvariants.ofMainInstance().outbox(order)).isEmpty();
        assertThat(payoutsOf(seller)).isEmpty();
        // A 412 isn't stored: the same key is accepted with the present version.
        client.post(path, BODY, key, "If-Match", "\"7\"").is(202);
    }

    @Test
    void aRepetitionOfThePayoutThatChangedTheWalletGetsNoConflict() {
        Testbed.wallets().version(seller, 7);
        UUID key = UUID.randomUUID();
        List<Reply> copies = new CopyOnWriteArrayList<>();
        // A copy of the call overtakes the first one during its read of the wallet, and is booked.
        Testbed.wallets().beforeNextRead(seller, () -> {
            copies.add(client.post(path, BODY, key, "If-Match", "\"7\""));
            Testbed.wallets().version(seller, 8);
        });

        Reply overtaken = client.post(path, BODY, key, "If-Match", "\"7\"").is(202);

        assertThat(copies).hasSize(1);
        assertThat(overtaken.id()).isEqualTo(copies.getFirst().is(202).id());
        assertThat(overtaken.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(payoutsOf(seller)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"6\", \"7\"           | 7",
                "\"7\",\"6\"            | 7",
                "W/\"7\", \"7\", \"x\" | 7",
                "\"a,b\", \"7\",       | 7",
                // The read may lag behind: the wallet processor decides.
                "\"6\", \"9\", \"8\" | 8"
            })
    void oneOfSeveralVersionsHasToMatch(String ifMatch, long sent) {
        Testbed.wallets().version(seller, 7);

        client.post(path, BODY, "If-Match", ifMatch).is(202);

        assertThat(onlyRequest().getExpectedVersion()).isEqualTo(sent);
    }

    @Test
    void severalHeadersAreOneList() {
        Testbed.wallets().version(seller, 7);
        UUID key = UUID.randomUUID();

        Reply first = client.post(path, BODY, key, "If-Match", "\"6\"", "If-Match", "\"7\"")
                .is(202);

        assertThat(client.post(path, BODY, key, "If-Match", "\"7\", \"6\"")
                        .is(202)
                        .id())
                .isEqualTo(first.id());
        client.post(path, BODY, key, "If-Match", "\"7\"").problem(422, "idempotency-key-reused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"7\"", "\"x\"", "\"\"", "\"5\", \"6\"", "W/\"7\", \"6\"", "\"99999999999999999999\""})
    void tagsThatNoWalletCanHaveAreAConflict(String ifMatch) {
        Testbed.wallets().version(seller, 7);

        Reply refused = client.post(path, BODY, "If-Match", ifMatch).problem(412, "version-conflict");

        assertThat(refused.number("version")).isEqualTo(7);
        assertThat(payoutsOf(seller)).isEmpty();
    }

    @Test
    void aStarMatchesEveryVersion() {
        Testbed.wallets().version(seller, 7);

        client.post(path, BODY, "If-Match", "*").is(202);

        assertThat(onlyRequest().getExpectedVersion()).isNull();
    }

    @Test
    void theWalletProcessorDecidesIfTheWalletCannotBeRead() {
        Testbed.wallets().restoring(true);
        try {
            client.post(path, BODY, "If-Match", "\"3\"").is(202);
        } finally {
            Testbed.wallets().restoring(false);
        }

        assertThat(onlyRequest().getExpectedVersion()).isEqualTo(3);
    }

    @Test
    void aKeyNamesItsPayoutForever() throws SQLException {
        UUID key = UUID.randomUUID();
        Reply payout = client.post(path, BODY, key).is(202);

        Reply again = client.post(path, BODY, key).is(202);
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(payout.text());
        assertThat(again.header("Location")).isEqualTo(payout.header("Location"));
        client.post(path, BODY.replace("3000", "3001"), key).problem(422, "idempotency-key-reused");
        client.post("/wallets/" + order.seller(2) + "/payouts", BODY, key).problem(422, "idempotency-key-reused");

        deleteKey(key);
        assertThat(client.post(path, BODY, key).is(202).id()).isEqualTo(payout.id());
        deleteKey(key);
        client.post(path, BODY.replace("3000", "3001"), key).problem(422, "idempotency-key-reused");
        assertThat(payoutsOf(seller)).hasSize(1);
        onlyRequest();
    }

    @Test
    void payoutsAreListedBySellerAndStatusNewestFirst() {
        List<String> ids = IntStream.range(0, 5)
                .mapToObj(i -> client.post(path, BODY).is(202).id())
                .toList();
        try (CompletionProducer completions = new CompletionProducer()) {
            completions.completed(SettlementKind.PAYOUT, ids.get(2));
        }
        await().untilAsserted(() -> client.get("/payouts/" + ids.get(2)).of("BOOKED"));

        assertThat(payoutsOf(seller)).containsExactlyElementsOf(ids.reversed());
        assertThat(ids(client.get("/payouts?sellerId=" + seller + "&status=BOOKED")))
                .containsExactly(ids.get(2));
        Reply first = client.get("/payouts?limit=3&sellerId=" + seller).is(200);
        assertThat(ids(first)).containsExactlyElementsOf(ids.reversed().subList(0, 3));
        assertThat(first.header("Link")).matches("<[^>]+>; *rel=\"next\"");
        Reply second = client.get("/payouts?limit=3&sellerId=" + seller + "&cursor=" + first.get("nextCursor"))
                .is(200);
        assertThat(ids(second)).containsExactlyElementsOf(ids.reversed().subList(3, 5));
        assertThat(second.json().get("nextCursor").isNull()).isTrue();
    }

    @Test
    void unknownPayoutsMissingScopesAndInvalidRequestsAreRefused() {
        client.get("/payouts/" + UUID.randomUUID()).problem(404, "not-found");
        client.post("/wallets/seller%20x/payouts", BODY).isAnyProblem();
        Reply reader = client.post(
                        "/api-keys", "{\"name\":\"reader\",\"scopes\":[\"payments:read\",\"payments:write\"]}")
                .is(201);
        client.withKey(reader.get("key")).post(path, BODY).problem(403, "forbidden");
        for (String body : List.of(
                "{\"amount\":0,\"currency\":\"KRW\",\"destination\":\"x\"}",
                "{\"amount\":1,\"currency\":\"KRW\"}",
                "{\"amount\":1,\"currency\":\"KRW\",\"destination\":\"\"}",
                "{\"amount\":1,\"currency\":\"ABC\",\"destination\":\"x\"}",
                "{\"currency\":\"KRW\",\"destination\":\"x\"}")) {
            Reply refused = client.post(path, body).isAnyProblem();
            assertThat(refused.status()).as(body).isIn(400, 422);
        }
        assertThat(payoutsOf(seller)).isEmpty();
    }

    private SettlementRequested onlyRequest() {
        List<SettlementRequested> requests = PaymentInvariants.ofMainInstance().outbox(order);
        assertThat(requests).hasSize(1);
        return requests.getFirst();
    }

    private List<String> payoutsOf(String sellerId) {
        return ids(client.get("/payouts?sellerId=" + sellerId));
    }

    private static List<String> ids(Reply list) {
        return StreamSupport.stream(list.is(200).json().get("data").spliterator(), false)
                .map((JsonNode payout) -> payout.get("id").asString())
                .toList();
    }

    /** Deletes the key, as the cleanup does after a day. */
    private static void deleteKey(UUID key) throws SQLException {
        try (Connection connection = Testbed.database().as("jangbu_payment");
                PreparedStatement delete = connection.prepareStatement("DELETE FROM idempotency_keys WHERE key = ?")) {
            delete.setString(1, key.toString());
            delete.executeUpdate();
        }
    }
}
