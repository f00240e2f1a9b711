package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Refunds: requests, outcomes at the PSP, and stored results. */
class RefundTest {

    private static final String REST = "{\"reason\":\"broken\"}";

    private final Client client = Testbed.client();

    /** An approved payment of 12,000 (fee 1,200) and 8,000 (fee 800). */
    private record Paid(TestOrder order, String id) {

        static Paid with(String behaviour) {
            TestOrder order = new TestOrder(Testbed.client(), behaviour);
            String id = order.create(12_000, 8_000).is(201).id();
            order.confirm(id, 20_000).is(200);
            return new Paid(order, id);
        }

        static Paid withoutFaults() {
            return with("key");
        }

        Reply refund(String body) {
            return order.refund(id, body);
        }

        long refunded() {
            return order.read(id).number("refundedAmount");
        }

        JsonNode verify() {
            return PaymentInvariants.ofMainInstance().verify(order, id);
        }
    }

    @Test
    void aPartOfALineIsRefundedWithItsPartOfTheFee() {
        Paid paid = Paid.withoutFaults();

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
        Reply payment = paid.order().read(paid.id());
        assertThat(payment.number("refundedAmount")).isEqualTo(5_000);
        assertThat(payment.get("refundStatus")).isEqualTo("PARTIAL");
        assertThat(payment.json().get("lines").get(0).get("refundedAmount").longValue())
                .isEqualTo(5_000);
        paid.verify();
    }

    @Test
    void severalLinesAndTheRestCanBeRefunded() {
        Paid paid = Paid.withoutFaults();

        paid.refund("{\"lines\":[{\"lineId\":\"1\",\"amount\":1},{\"lineId\":\"2\",\"amount\":2}],\"reason\":\"x\"}")
                .is(201);
        assertThat(paid.refunded()).isEqualTo(3);
        Reply rest = paid.refund(REST).is(201);

        assertThat(rest.number("amount")).isEqualTo(19_997);
        assertThat(paid.verify().get("refundStatus").asString()).isEqualTo("FULL");
        paid.refund(REST).problem(422, "refund-exceeds-payment");
        paid.refund(TestOrder.refundOf("1", 1)).problem(422, "refund-exceeds-payment");
        List<SettlementRequested> back = PaymentInvariants.ofMainInstance().outbox(paid.order()).stream()
                .filter(request -> request.getKind() == SettlementKind.REFUND)
                .toList();
        assertThat(back.stream().mapToLong(SettlementRequested::getFee).sum()).isEqualTo(2_000);
    }

    @Test
    void anAmountWithoutLinesNeedsAPaymentOfOneLine() {
        TestOrder order = new TestOrder(client);
        String id = order.create(9_000).is(201).id();
        order.confirm(id, 9_000).is(200);

        order.refund(id, "{\"amount\":4000,\"reason\":\"x\"}").is(201);
        order.refund(id, "{\"amount\":5001,\"reason\":\"x\"}").problem(422, "refund-exceeds-payment");
        order.refund(id, "{\"amount\":5000,\"reason\":\"x\"}").is(201);

        PaymentInvariants.ofMainInstance().verify(order, id);
        Paid twoLines = Paid.withoutFaults();
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
    void anInvalidRefundIsRefused(String body) {
        Paid paid = Paid.withoutFaults();

        Reply refused = paid.refund(body).isAnyProblem();

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.get("code")).isIn("invalid-field", "card-number-refused");
        assertThat(paid.refunded()).isZero();
    }

    @Test
    void allLinesAreReservedOrNone() {
        Paid paid = Paid.withoutFaults();

        paid.refund(
                        "{\"lines\":[{\"lineId\":\"1\",\"amount\":12000},{\"lineId\":\"2\",\"amount\":8001}],\"reason\":\"x\"}")
                .problem(422, "refund-exceeds-payment");

        paid.refund(REST).is(201);
        paid.verify();
        Paid other = Paid.withoutFaults();
        other.refund(
                        "{\"lines\":[{\"lineId\":\"1\",\"amount\":9223372036854775807},{\"lineId\":\"2\",\"amount\":1}],\"reason\":\"x\"}")
                .isAnyProblem();
        assertThat(other.refunded()).isZero();
    }

    @Test
    void duringARefundOtherOperationsAreRefusedForNow() {
        Paid paid = Paid.withoutFaults();
        PspProxy.Hold hold = Testbed.psp().holdBefore(paid.order().tag());
        UUID key = UUID.randomUUID();
        CompletableFuture<Reply> first =
                client.postAsync("/payments/" + paid.id() + "/refunds", TestOrder.refundOf("1", 500), key);
        hold.awaitArrival();

        UUID second = UUID.randomUUID();
        String other = TestOrder.refundOf("2", 300);
        client.post("/payments/" + paid.id() + "/refunds", other, second).problemForNow(409, "payment-in-progress");
        client.post("/payments/" + paid.id() + "/refunds", TestOrder.refundOf("1", 500), key)
                .problemForNow(409, "idempotency-key-in-use");
        paid.order().cancel(paid.id()).problemForNow(409, "payment-in-progress");
        assertThat(paid.refunded()).isZero();
        Testbed.psp().restore(paid.order().tag());

        first.join().is(201);
        // The refusal wasn't stored, so the key is accepted.
        client.post("/payments/" + paid.id() + "/refunds", other, second).is(201);
        assertThat(paid.verify().get("refundedAmount").longValue()).isEqualTo(800);
    }

    @Test
    void aSlowPspIsAwaited() {
        Paid paid = Paid.with("sim_refund_slow");

        paid.refund(REST).is(201).of("APPROVED");

        paid.verify();
    }

    @Test
    void aRefusalReleasesTheReservedAmounts() {
        Paid paid = Paid.with("sim_refund_declined");
        UUID key = UUID.randomUUID();
        String path = "/payments/" + paid.id() + "/refunds";

        Reply refused = client.post(path, REST, key).problem(402, "refund-refused");

        assertThat(refused.get("pspCode")).isNotBlank();
        Reply again = client.post(path, REST, key).problem(402, "refund-refused");
        assertThat(again.replayed()).isTrue();
        List<JsonNode> refunds = PaymentInvariants.ofMainInstance().refunds(paid.id());
        assertThat(refunds)
                .singleElement()
                .satisfies(refund -> assertThat(refund.get("status").asString()).isEqualTo("FAILED"));
        assertThat(paid.refunded()).isZero();
        paid.refund(REST).is(201);
        paid.verify();
    }

    @ParameterizedTest
    @ValueSource(strings = {"APPROVED", "FAILED"})
    void aWrongAmountAtThePspNeedsAReview(String outcome) {
        Paid paid = Paid.with("sim_refund_wrong_amount");
        Reply review = paid.refund(TestOrder.refundOf("1", 5_000)).is(202).of("REVIEW");

        paid.refund(TestOrder.refundOf("2", 1)).problemForNow(409, "payment-in-progress");
        paid.order().cancel(paid.id()).problemForNow(409, "payment-in-progress");
        String path = "/refunds/" + review.id() + "/resolve";
        Reply resolved = client.post(path, "{\"outcome\":\"%s\",\"evidence\":\"the PSP's console\"}".formatted(outcome))
                .is(200)
                .of(outcome);

        assertThat(resolved.id()).isEqualTo(review.id());
        client.post(path, "{\"outcome\":\"APPROVED\",\"evidence\":\"again\"}").problem(409, "not-in-review");
        assertThat(paid.refunded()).isEqualTo(outcome.equals("APPROVED") ? 5_000 : 0);
        if (outcome.equals("APPROVED")) {
            paid.verify();
            paid.refund(REST).is(201);
        }
    }

    @Test
    void aResolutionOfARefundNeedsReviewOutcomeAndEvidence() {
        Paid paid = Paid.withoutFaults();
        Reply refund = paid.refund(REST).is(201);

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
    void aCompletionCompletesTheRefund() {
        Paid paid = Paid.withoutFaults();
        Reply refund = paid.refund(REST).is(201);
        assertThat(refund.get("completedAt")).isEmpty();

        try (CompletionProducer completions = new CompletionProducer()) {
            // Even before the completion of its payment.
            completions.completed(SettlementKind.REFUND, refund.id());
        }

        await().untilAsserted(
                        () -> client.get("/refunds/" + refund.id()).is(200).of("COMPLETED"));
        assertThat(client.get("/refunds/" + refund.id()).get("completedAt")).isNotBlank();
        paid.order().read(paid.id()).of("APPROVED");
        paid.verify();
    }

    @Test
    void anEarlierCancellationIsNotMatchedWithALaterRefund() {
        Paid paid = Paid.withoutFaults();
        paid.refund(TestOrder.refundOf("1", 2_000)).is(201);
        Testbed.psp().cut(paid.order().tag());
        Reply open = paid.refund(TestOrder.refundOf("1", 2_000)).is(202).of("UNKNOWN");
        Testbed.psp().restore(paid.order().tag());

        await().untilAsserted(() -> client.get("/refunds/" + open.id()).is(200).of("APPROVED"));

        // The PSP shows the first refund's cancellation, which is recorded; so the second refund was sent.
        assertThat(PspCharges.matching(paid.order().tag()).getFirst().cancelled())
                .isEqualTo(4_000);
        paid.verify();
    }

    @Test
    void theOutcomeOfAnUnknownRefundIsDeterminedBeforeAnotherStarts() {
        Paid paid = Paid.withoutFaults();
        Testbed.psp().cut(paid.order().tag());
        Reply open = paid.refund(TestOrder.refundOf("1", 2_000)).is(202).of("UNKNOWN");

        paid.refund(TestOrder.refundOf("2", 1_000)).problemForNow(409, "payment-in-progress");
        paid.order().cancel(paid.id()).problemForNow(409, "payment-in-progress");
        Testbed.psp().restore(paid.order().tag());
        await().untilAsserted(() -> paid.refund(TestOrder.refundOf("2", 1_000)).is(201));

        client.get("/refunds/" + open.id()).is(200).of("APPROVED");
        assertThat(paid.verify().get("refundedAmount").longValue()).isEqualTo(3_000);
    }

    @Test
    void aCurrencyWithCentsIsRefundedExactly() {
        TestOrder order = new TestOrder(client);
        String lines = TestOrder.line(order.seller(1), 1_230, 37) + "," + TestOrder.line(order.seller(2), 1, 1);
        String id =
                client.post("/payments", order.creationOf("USD", lines)).is(201).id();
        order.confirm(id, 1_231).is(200);

        order.refund(id, TestOrder.refundOf("1", 29)).is(201);
        order.refund(id).is(201);

        JsonNode payment = PaymentInvariants.ofMainInstance().verify(order, id);
        assertThat(payment.get("refundStatus").asString()).isEqualTo("FULL");
        assertThat(PspCharges.matching(order.tag()))
                .containsExactly(new PspCharges.Charge(order.paymentKey(), order.orderId(), 1_231, "USD", 1_231));
    }

    @Test
    void unknownRefundsAndPaymentsAreNotFound() {
        client.get("/refunds/" + UUID.randomUUID()).problem(404, "not-found");
        client.get("/payments/" + UUID.randomUUID() + "/refunds").problem(404, "not-found");
        client.post("/payments/" + UUID.randomUUID() + "/refunds", REST).problem(404, "not-found");
        Paid paid = Paid.withoutFaults();
        Reply none = client.get("/payments/" + paid.id() + "/refunds").is(200);
        assertThat(none.json().get("data")).isEmpty();
        assertThat(none.json().get("nextCursor").isNull()).isTrue();
    }
}
