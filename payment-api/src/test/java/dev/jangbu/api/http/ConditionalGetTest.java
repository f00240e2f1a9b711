package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditional reads by {@code If-None-Match} (RFC 9110, section 13.1.2). */
class ConditionalGetTest {

    private final Client client = Testbed.client();
    private final TestOrder shop = new TestOrder(client);
    private final Map<String, String> bodiesByTag = new HashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "W/\"1\"", "\"7\", \"1\""})
    void anUnchangedResourceIsNotSentAgain(String ifNoneMatch) {
        String path = "/payments/" + shop.create(1_000).is(201).id();

        Reply reply = client.get(path, "If-None-Match", ifNoneMatch);

        assertThat(reply.status()).isEqualTo(304);
        assertThat(reply.text()).isEmpty();
        assertThat(reply.header("ETag")).isEqualTo("\"1\"");
        assertThat(client.send(client.request(path, "If-None-Match", ifNoneMatch)
                                .method("HEAD", BodyPublishers.noBody())
                                .build())
                        .status())
                .isEqualTo(304);
    }

    @Test
    void aChangedStatusIsSent() {
        String path = "/payments/" + shop.create(1_000).is(201).id();
        String before = tagOf(path);
        shop.confirm(path.substring("/payments/".length()), 1_000).is(200);

        client.get(path, "If-None-Match", before).is(200).of("APPROVED");

        assertUnchanged(path, tagOf(path));
    }

    @Test
    void changedAttemptsAreSent() {
        try (StagedPayment unknown = StagedPayment.in(State.UNKNOWN)) {
            String path = "/payments/" + unknown.id();
            Reply before = client.get(path).is(200).of("UNKNOWN");

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> client.get(path).number("attempts") > before.number("attempts"));

            Reply after = client.get(path, "If-None-Match", before.header("ETag"))
                    .is(200)
                    .of("UNKNOWN");
            assertThat(after.number("version")).isEqualTo(before.number("version"));
            assertThat(after.number("attempts")).isGreaterThan(before.number("attempts"));
        }
    }

    @Test
    void aChangedRefundedAmountIsSent() {
        String id = shop.create(700, 300).is(201).id();
        shop.confirm(id, 1_000).is(200);
        String path = "/payments/" + id;
        for (String line : List.of("1", "2")) {
            String before = tagOf(path);
            long refunded = client.get(path).number("refundedAmount");
            shop.refund(id, TestOrder.refundOf(line, 100)).is(201);

            assertThat(client.get(path, "If-None-Match", before).is(200).number("refundedAmount"))
                    .isEqualTo(refunded + 100);
        }
        assertUnchanged(path, tagOf(path));
    }

    /** Every body that is read in the life of a payment, a refund and a payout has an ETag of its own. */
    @Test
    void noTwoDifferentBodiesHaveTheSameTag() {
        try (CompletionProducer completions = new CompletionProducer()) {
            StagedPayment payment = StagedPayment.in(State.UNKNOWN);
            String path = "/payments/" + payment.id();
            await().atMost(Duration.ofSeconds(60)).until(() -> observe(path).number("attempts") > 2);
            payment.release().run();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> observe(path).get("status").equals("APPROVED"));
            String refund = payment.order()
                    .refund(payment.id(), TestOrder.refundOf("1", 100))
                    .is(201)
                    .id();
            observe("/refunds/" + refund);
            observe(path);
            completions.completed(SettlementKind.PAYMENT, payment.id());
            completions.completed(SettlementKind.REFUND, refund);
            awaitStatus(path, "COMPLETED");
            awaitStatus("/refunds/" + refund, "COMPLETED");
            payment.order().refund(payment.id()).is(201);
            observe(path);

            for (boolean booked : new boolean[] {true, false}) {
                String payout = requestPayout(payment.order());
                observe("/payouts/" + payout);
                if (booked) {
                    completions.completed(SettlementKind.PAYOUT, payout);
                } else {
                    completions.rejected(payout, Rejection.INSUFFICIENT_FUNDS);
                }
                awaitStatus("/payouts/" + payout, booked ? "BOOKED" : "REJECTED");
            }
        }
    }

    @Test
    void refundsAndPayoutsHaveTags() {
        String payment = shop.create(1_000).is(201).id();
        shop.confirm(payment, 1_000).is(200);
        String refund = "/refunds/" + shop.refund(payment).is(201).id();
        String payout = "/payouts/" + requestPayout(shop);

        for (String path : List.of(refund, payout)) {
            assertUnchanged(path, tagOf(path));
        }
    }

    @Test
    void aWalletHasATagThatTheGatewayPassesOn() {
        String path = "/wallets/" + shop.seller(1) + "?currency=KRW";
        String tag = tagOf(path);

        assertUnchanged(path, tag);
        assertThat(client.get(path, "If-None-Match", "\"7\"").is(200).header("ETag"))
                .isEqualTo(tag);
    }

    private String requestPayout(TestOrder of) {
        return client.post(
                        "/wallets/" + of.seller(1) + "/payouts",
                        "{\"amount\":1,\"currency\":\"KRW\",\"destination\":\"KB 123\"}")
                .is(202)
                .id();
    }

    private String tagOf(String path) {
        return client.get(path).is(200).header("ETag");
    }

    private void assertUnchanged(String path, String tag) {
        assertThat(client.get(path, "If-None-Match", tag).status()).as(path).isEqualTo(304);
    }

    private void awaitStatus(String path, String status) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> observe(path).get("status").equals(status));
    }

    private Reply observe(String path) {
        Reply reply = client.get(path).is(200);
        String earlier = bodiesByTag.putIfAbsent(path + " " + reply.header("ETag"), reply.text());
        if (earlier != null) {
            assertThat(reply.text()).isEqualTo(earlier);
        }
        return reply;
    }
}
