package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.Parallel;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Money that goes back: what is asked for, what the PSP makes of it, and what stands in the end. */
class RefundTest {

    private static final String EVERYTHING = "{\"reason\":\"broken\"}";

    private final Client client = Testbed.client();

    /** An approved payment of 12,000 (fee 1,200) and 8,000 (fee 800). */
    private record Paid(TestOrder shop, String id) {

        static Paid with(String behaviour) {
            TestOrder shop = new TestOrder(Testbed.client(), behaviour);
            String id = shop.create(12_000, 8_000).is(201).id();
            shop.confirm(id, 20_000).is(200);
            return new Paid(shop, id);
        }

        static Paid well() {
            return with("key");
        }

        Reply refund(String body) {
            return shop.refund(id, body);
        }

        long refunded() {
            return shop.read(id).number("refundedAmount");
        }

        JsonNode truth() {
            return PaymentInvariants.ofMainInstance().verify(shop, id);
        }
    }

    @Test
    void aPartOfALineGoesBackWithItsShareOfTheFee() {
        Paid paid = Paid.well();

        Reply refund = paid.refund(TestOrder.refundOf("1", 5_000)).is(201).of("APPROVED");

        assertThat(refund.get("paymentId")).isEqualTo(paid.id());
        assertThat(refund.number("amount")).isEqualTo(5_000);
        assertThat(refund.get("reason")).isEqualTo("broken");
        assertThat(refund.get("createdAt")).isNotBlank();
        JsonNode line = refund.json().get("lines").get(0);
        assertThat(line.get("lineId").asString()).isEqualTo("1");
        assertThat(line.get("amount").longValue()).isEqualTo(5_000);
        assertThat(line.get("fee").longValue()).isEqualTo(500);
        Reply read = client.get("/refunds/" + refund.id()).is(200).of("APPROVED");
        assertThat(read.json()).isEqualTo(refund.json());
        assertThat(client.get("/payments/" + paid.id() + "/refunds")
                        .is(200)
                        .json()
                        .get("data"))
                .containsExactly(read.json());
        Reply payment = paid.shop().read(paid.id());
        assertThat(payment.number("refundedAmount")).isEqualTo(5_000);
        assertThat(payment.get("refundStatus")).isEqualTo("PARTIAL");
        assertThat(payment.json().get("lines").get(0).get("refundedAmount").longValue())
                .isEqualTo(5_000);
        paid.truth();
    }

    @Test
    void linesAreRefundedTogetherOrWithTheRestOrAll() {
        Paid paid = Paid.well();

        paid.refund("{\"lines\":[{\"lineId\":\"1\",\"amount\":1},{\"lineId\":\"2\",\"amount\":2}],\"reason\":\"x\"}")
                .is(201);
        assertThat(paid.refunded()).isEqualTo(3);
        Reply rest = paid.refund(EVERYTHING).is(201);

        assertThat(rest.number("amount")).isEqualTo(19_997);
        assertThat(paid.truth().get("refundStatus").asString()).isEqualTo("FULL");
        paid.refund(EVERYTHING).problem(422, "refund-exceeds-payment");
        paid.refund(TestOrder.refundOf("1", 1)).problem(422, "refund-exceeds-payment");
        List<SettlementRequested> back = PaymentInvariants.ofMain().outbox(paid.shop()).stream()
                .filter(request -> request.getKind() == SettlementKind.REFUND)
                .toList();
        assertThat(back.stream().mapToLong(SettlementRequested::getFee).sum()).isEqualTo(2_000);
    }

    @Test
    void anAmountAloneIsForPaymentsOfOneLine() {
        TestOrder shop = new TestOrder(client);
        String id = shop.create(9_000).is(201).id();
        shop.confirm(id, 9_000).is(200);

        shop.refund(id, "{\"amount\":4000,\"reason\":\"x\"}").is(201);
        shop.refund(id, "{\"amount\":5001,\"reason\":\"x\"}").problem(422, "refund-exceeds-payment");
        shop.refund(id, "{\"amount\":5000,\"reason\":\"x\"}").is(201);

        PaymentInvariants.ofMainInstance().verify(shop, id);
        Paid twoLines = Paid.well();
        twoLines.refund("{\"amount\":4000,\"reason\":\"x\"}").problem(422, "invalid-field");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"lines\":[],\"reason\":\"x\"}",
                "{\"lines\":[{\"lineId\":\"3\",\"amount\":1}],\"reason\":\"x\"}",
                "{\"lines\":[{\"lineId\":\"\",\"amount\":1}],\"reason\":\"x\"}",
                "{\"lines\":[{\"lineId\":\"1\",\"amount\":1},{\"lineId\":\"1\",\"amount\":1}],\"reason\":\"x\"}",
                "{\"lines\":[{\"lineId\":\"1\",\"amount\":0}],\"reason\":\"x\"}",
                "{\"lines\":[{\"lineId\":\"1\",\"amount\":-1}],\"reason\":\"x\"}",
                "{\"lines\":[{\"lineId\":\"1\",\"amount\":1}],\"amount\":1,\"reason\":\"x\"}",
                "{\"reason\":\"4111111111111111\"}"
            })
    void aRefundThatMakesNoSenseIsRefused(String body) {
        Paid paid = Paid.well();

        Reply refused = paid.refund(body).isAnyProblem();

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.get("code")).isIn("invalid-field", "card-number-refused");
        assertThat(paid.refunded()).isZero();
    }

    @Test
    void allLinesAreReservedOrNone() {
        Paid paid = Paid.well();

        paid.refund(
                        "{\"lines\":[{\"lineId\":\"1\",\"amount\":12000},{\"lineId\":\"2\",\"amount\":8001}],\"reason\":\"x\"}")
                .problem(422, "refund-exceeds-payment");

        paid.refund(EVERYTHING).is(201);
        paid.truth();
        Paid other = Paid.well();
        other.refund(
                        "{\"lines\":[{\"lineId\":\"1\",\"amount\":9223372036854775807},{\"lineId\":\"2\",\"amount\":1}],\"reason\":\"x\"}")
                .isAnyProblem();
        assertThat(other.refunded()).isZero();
    }

    @Test
    void whileOneIsAtThePspTheOthersAreToldToComeAgain() {
        Paid paid = Paid.well();
        PspProxy.Hold hold = Testbed.psp().holdBefore(paid.shop().tag());
        UUID key = UUID.randomUUID();
        CompletableFuture<Reply> first =
                client.postAsync("/payments/" + paid.id() + "/refunds", TestOrder.refundOf("1", 500), key);
        hold.awaitArrival();

        UUID second = UUID.randomUUID();
        String other = TestOrder.refundOf("2", 300);
        client.post("/payments/" + paid.id() + "/refunds", other, second).problemForNow(409, "payment-in-progress");
        client.post("/payments/" + paid.id() + "/refunds", TestOrder.refundOf("1", 500), key)
                .problemForNow(409, "idempotency-key-in-use");
        paid.shop().cancel(paid.id()).problemForNow(409, "payment-in-progress");
        assertThat(paid.refunded()).isZero();
        Testbed.psp().restore(paid.shop().tag());

        first.join().is(201);
        // The same key may try again: what was refused wasn't stored.
        client.post("/payments/" + paid.id() + "/refunds", other, second).is(201);
        assertThat(paid.truth().get("refundedAmount").longValue()).isEqualTo(800);
    }

    @Test
    void anAnswerThatNeverCameIsFoundOut() {
        Parallel.forEach(
                List.of(
                        "error_after_charge",
                        "reset_after_charge",
                        "garbage",
                        "timeout_after_charge",
                        "timeout_before_charge"),
                this::isFoundOut);
    }

    private void isFoundOut(String behaviour) {
        Paid paid = Paid.with("sim_refund_" + behaviour);
        UUID key = UUID.randomUUID();
        String path = "/payments/" + paid.id() + "/refunds";

        Reply open = client.post(path, TestOrder.refundOf("1", 5_000), key).is(202).of("UNKNOWN");

        assertThat(open.header("Location")).isEqualTo("/v1/refunds/" + open.id());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> client.get("/refunds/" + open.id()).is(200).of("APPROVED"));
        // The key answers the outcome from now on.
        Reply outcome =
                client.post(path, TestOrder.refundOf("1", 5_000), key).is(201).of("APPROVED");
        assertThat(outcome.id()).isEqualTo(open.id());
        assertThat(outcome.replayed()).isTrue();
        paid.truth();
        assertThat(Testbed.psp().calls(paid.shop().tag()).stream()
                        .filter(call -> call.path().endsWith("/cancel"))
                        .map(PspProxy.Call::idempotencyKey))
                .isNotEmpty()
                .allMatch(("refund:" + open.id())::equals);
    }

    @Test
    void aSlowPspIsWaitedFor() {
        Paid paid = Paid.with("sim_refund_slow");

        paid.refund(EVERYTHING).is(201).of("APPROVED");

        paid.truth();
    }

    @Test
    void aRefusalReleasesWhatWasReserved() {
        Paid paid = Paid.with("sim_refund_declined");
        UUID key = UUID.randomUUID();
        String path = "/payments/" + paid.id() + "/refunds";

        Reply refused = client.post(path, EVERYTHING, key).problem(402, "refund-refused");

        assertThat(refused.get("pspCode")).isNotBlank();
        Reply again = client.post(path, EVERYTHING, key).problem(402, "refund-refused");
        assertThat(again.replayed()).isTrue();
        List<JsonNode> refunds = PaymentInvariants.ofMain().refunds(paid.id());
        assertThat(refunds)
                .singleElement()
                .satisfies(refund -> assertThat(refund.get("status").asString()).isEqualTo("FAILED"));
        assertThat(paid.refunded()).isZero();
        paid.refund(EVERYTHING).is(201);
        paid.truth();
    }

    @ParameterizedTest
    @ValueSource(strings = {"APPROVED", "FAILED"})
    void aRefundThatThePspAnswersWronglyIsForAPerson(String outcome) {
        Paid paid = Paid.with("sim_refund_wrong_amount");
        Reply review = paid.refund(TestOrder.refundOf("1", 5_000)).is(202).of("REVIEW");

        paid.refund(TestOrder.refundOf("2", 1)).problemForNow(409, "payment-in-progress");
        paid.shop().cancel(paid.id()).problemForNow(409, "payment-in-progress");
        String path = "/refunds/" + review.id() + "/resolve";
        Reply resolved = client.post(path, "{\"outcome\":\"%s\",\"evidence\":\"the PSP's console\"}".formatted(outcome))
                .is(200)
                .of(outcome);

        assertThat(resolved.id()).isEqualTo(review.id());
        client.post(path, "{\"outcome\":\"APPROVED\",\"evidence\":\"again\"}").problem(409, "not-in-review");
        assertThat(paid.refunded()).isEqualTo(outcome.equals("APPROVED") ? 5_000 : 0);
        if (outcome.equals("APPROVED")) {
            paid.truth();
            paid.refund(EVERYTHING).is(201);
        }
    }

    @Test
    void aRefundIsResolvedByAnAdminWhoSaysWhy() {
        Paid paid = Paid.well();
        Reply refund = paid.refund(EVERYTHING).is(201);

        client.post("/refunds/" + refund.id() + "/resolve", "{\"outcome\":\"FAILED\",\"evidence\":\"x\"}")
                .problem(409, "not-in-review");
        for (String body : List.of(
                "{\"outcome\":\"DECLINED\",\"evidence\":\"x\"}",
                "{\"outcome\":\"APPROVED\"}",
                "{\"outcome\":\"APPROVED\",\"evidence\":\"\"}",
                "{\"evidence\":\"x\"}")) {
            Reply refused =
                    client.post("/refunds/" + refund.id() + "/resolve", body).isAnyProblem();
            assertThat(refused.status()).isIn(400, 422);
        }
        client.post("/refunds/" + UUID.randomUUID() + "/resolve", "{\"outcome\":\"FAILED\",\"evidence\":\"x\"}")
                .problem(404, "not-found");
    }

    @Test
    void aRefundCompletesWhenItIsInTheWalletsAndInTheBook() {
        Paid paid = Paid.well();
        Reply refund = paid.refund(EVERYTHING).is(201);
        assertThat(refund.get("completedAt")).isEmpty();

        try (CompletionProducer completions = new CompletionProducer()) {
            // Even before its payment does.
            completions.completed(SettlementKind.REFUND, refund.id());
        }

        await().untilAsserted(
                        () -> client.get("/refunds/" + refund.id()).is(200).of("COMPLETED"));
        assertThat(client.get("/refunds/" + refund.id()).get("completedAt")).isNotBlank();
        paid.shop().read(paid.id()).of("APPROVED");
        paid.truth();
    }

    @Test
    void thePspMayHaveGivenTheMoneyBackByItself() {
        // Somebody cancels at the PSP's console: ours must not be taken for theirs.
        Paid paid = Paid.well();
        paid.refund(TestOrder.refundOf("1", 2_000)).is(201);
        Testbed.psp().cut(paid.shop().tag());
        Reply open = paid.refund(TestOrder.refundOf("1", 2_000)).is(202).of("UNKNOWN");
        Testbed.psp().restore(paid.shop().tag());

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> client.get("/refunds/" + open.id()).is(200).of("APPROVED"));

        // The first refund's entry in the PSP's list was ours already: the second was sent.
        assertThat(PspCharges.matching(paid.shop().tag()).getFirst().cancelled()).isEqualTo(4_000);
        paid.truth();
    }

    @Test
    void whileOneIsUnknownItIsResolvedBeforeAnotherBegins() {
        Paid paid = Paid.well();
        Testbed.psp().cut(paid.shop().tag());
        Reply open = paid.refund(TestOrder.refundOf("1", 2_000)).is(202).of("UNKNOWN");

        paid.refund(TestOrder.refundOf("2", 1_000)).problemForNow(409, "payment-in-progress");
        paid.shop().cancel(paid.id()).problemForNow(409, "payment-in-progress");
        Testbed.psp().restore(paid.shop().tag());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> paid.refund(TestOrder.refundOf("2", 1_000)).is(201));

        client.get("/refunds/" + open.id()).is(200).of("APPROVED");
        assertThat(paid.truth().get("refundedAmount").longValue()).isEqualTo(3_000);
    }

    @Test
    void aCurrencyWithCentsGoesAndComesBackToTheCent() {
        TestOrder shop = new TestOrder(client);
        String lines = TestOrder.line(shop.seller(1), 1_230, 37) + "," + TestOrder.line(shop.seller(2), 1, 1);
        String id =
                client.post("/payments", shop.creationOf("USD", lines)).is(201).id();
        shop.confirm(id, 1_231).is(200);

        shop.refund(id, TestOrder.refundOf("1", 29)).is(201);
        shop.refund(id).is(201);

        JsonNode payment = PaymentInvariants.ofMainInstance().verify(shop, id);
        assertThat(payment.get("refundStatus").asString()).isEqualTo("FULL");
        assertThat(PspCharges.matching(shop.tag()))
                .containsExactly(new PspCharges.Charge(shop.paymentKey(), shop.orderId(), 1_231, "USD", 1_231));
    }

    @Test
    void aRefundOfNothingAndAListOfNothing() {
        client.get("/refunds/" + UUID.randomUUID()).problem(404, "not-found");
        client.get("/payments/" + UUID.randomUUID() + "/refunds").problem(404, "not-found");
        client.post("/payments/" + UUID.randomUUID() + "/refunds", EVERYTHING).problem(404, "not-found");
        Paid paid = Paid.well();
        Reply none = client.get("/payments/" + paid.id() + "/refunds").is(200);
        assertThat(none.json().get("data")).isEmpty();
        assertThat(none.json().get("nextCursor").isNull()).isTrue();
    }
}
