package dev.jangbu.api.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.Parallel;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The recovery completes open operations, each in one instance only, and leaves undecidable ones to a person. */
class RecoveryTest {

    /** A second instance on the same database, whose calls to the PSP time out first. */
    private static Instance impatient;

    private final Client client = Testbed.client();

    @BeforeAll
    static void startImpatient() {
        impatient = Testbed.withShortTimeouts();
    }

    @AfterAll
    static void stopImpatient() {
        impatient.close();
    }

    @Test
    void workUnderALiveLeaseIsLeftAlone() {
        TestOrder paying = new TestOrder(client);
        String payment = paying.create(1_000).is(201).id();
        TestOrder refunding = new TestOrder(client);
        String paid = refunding.create(1_000).is(201).id();
        refunding.confirm(paid, 1_000).is(200);
        PspProxy.Hold confirm = Testbed.psp().holdBefore(paying.tag());
        PspProxy.Hold refund = Testbed.psp().holdBefore(refunding.tag());
        int calls = Testbed.psp().calls(refunding.tag()).size();
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + payment + "/confirm", paying.confirmation(1_000), UUID.randomUUID());
        CompletableFuture<Reply> refunder =
                client.postAsync("/payments/" + paid + "/refunds", "{\"reason\":\"x\"}", UUID.randomUUID());
        confirm.awaitArrival();
        refund.awaitArrival();

        // Several polls of both recoveries, and longer than the other instance's timeout.
        await().during(Testbed.SHORT_PSP_TIMEOUT.plusMillis(500)).untilAsserted(() -> {
            assertThat(Testbed.psp().calls(paying.tag())).hasSize(1);
            assertThat(Testbed.psp().calls(refunding.tag())).hasSize(calls + 1);
        });
        Testbed.psp().restore(paying.tag());
        Testbed.psp().restore(refunding.tag());

        assertThat(buyer.join().is(200).of("APPROVED").number("attempts")).isEqualTo(1);
        refunder.join().is(201).of("APPROVED");
        PaymentInvariants.ofMainInstance().verify(paying, payment);
        PaymentInvariants.ofMainInstance().verify(refunding, paid);
    }

    @Test
    void anAttemptWhoseLeaseHasRunOutDoesNotRecordASecondOutcome() {
        TestOrder paying = new TestOrder(client);
        String payment = paying.create(600, 400).is(201).id();
        TestOrder refunding = new TestOrder(client);
        String paid = refunding.create(1_000).is(201).id();
        refunding.confirm(paid, 1_000).is(200);
        PspProxy.Hold confirm = Testbed.psp().holdFirstAfter(paying.tag());
        PspProxy.Hold refund = Testbed.psp().holdFirstAfter(refunding.tag());
        UUID key = UUID.randomUUID();
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + payment + "/confirm", paying.confirmation(1_000), key);
        CompletableFuture<Reply> refunder =
                client.postAsync("/payments/" + paid + "/refunds", TestOrder.refundOf("1", 300), UUID.randomUUID());
        confirm.awaitArrival();
        refund.awaitArrival();

        // The leases run out, as if the instance had paused.
        sql("UPDATE payments SET lease_until = now() - interval '1 second' WHERE id = '" + payment + "'");
        sql("UPDATE refunds SET lease_until = now() - interval '1 second' WHERE payment_id = '" + paid + "'");
        await().untilAsserted(() -> paying.read(payment).of("APPROVED"));
        await().untilAsserted(() ->
                assertThat(refunding.read(paid).number("refundedAmount")).isEqualTo(300));
        Testbed.psp().restore(paying.tag());
        Testbed.psp().restore(refunding.tag());

        buyer.join().is(200).of("APPROVED");
        refunder.join().is(201).of("APPROVED");
        client.post("/payments/" + payment + "/confirm", paying.confirmation(1_000), key)
                .is(200);
        PaymentInvariants.ofMainInstance().verify(paying, payment);
        PaymentInvariants.ofMainInstance().verify(refunding, paid);
    }

    @Test
    void theOutcomeOfAnUnansweredConfirmationIsDetermined() {
        Parallel.forEach(
                List.of(
                        "timeout_before_charge",
                        "timeout_after_charge",
                        "error_after_charge",
                        "reset_after_charge",
                        "garbage",
                        "slow"),
                this::confirmationIsDetermined);
    }

    private void confirmationIsDetermined(String behaviour) {
        TestOrder order = new TestOrder(client, "sim_" + behaviour);
        String id = order.create(2_000, 1_000).is(201).id();
        UUID key = UUID.randomUUID();
        String path = "/payments/" + id + "/confirm";

        Reply reply = impatient.client().post(path, order.confirmation(3_000), key);

        if (behaviour.equals("slow")) {
            reply.is(200).of("APPROVED");
        } else {
            reply.is(202).of("UNKNOWN");
            await().untilAsserted(() -> order.read(id).of("APPROVED"));
        }
        client.post(path, order.confirmation(3_000), key).is(200).of("APPROVED");
        PaymentInvariants.ofMainInstance().verify(order, id);
        assertThat(Testbed.psp().calls(order.tag()).stream()
                        .filter(PspProxy.Call::movesMoney)
                        .map(PspProxy.Call::idempotencyKey))
                .isNotEmpty()
                .allMatch(("confirm:" + id)::equals);
    }

    @Test
    void theOutcomeOfAnUnansweredRefundIsDetermined() {
        Parallel.forEach(
                List.of(
                        "error_after_charge",
                        "reset_after_charge",
                        "garbage",
                        "timeout_after_charge",
                        "timeout_before_charge"),
                this::refundIsDetermined);
    }

    private void refundIsDetermined(String behaviour) {
        TestOrder order = new TestOrder(client, "sim_refund_" + behaviour);
        String payment = order.create(12_000, 8_000).is(201).id();
        order.confirm(payment, 20_000).is(200);
        UUID key = UUID.randomUUID();
        String path = "/payments/" + payment + "/refunds";

        Reply open = impatient
                .client()
                .post(path, TestOrder.refundOf("1", 5_000), key)
                .is(202)
                .of("UNKNOWN");

        assertThat(open.header("Location")).isEqualTo("/v1/refunds/" + open.id());
        await().untilAsserted(() -> client.get("/refunds/" + open.id()).is(200).of("APPROVED"));
        // The key now returns the outcome.
        Reply outcome =
                client.post(path, TestOrder.refundOf("1", 5_000), key).is(201).of("APPROVED");
        assertThat(outcome.id()).isEqualTo(open.id());
        assertThat(outcome.replayed()).isTrue();
        PaymentInvariants.ofMainInstance().verify(order, payment);
        assertThat(Testbed.psp().calls(order.tag()).stream()
                        .filter(call -> call.path().endsWith("/cancel"))
                        .map(PspProxy.Call::idempotencyKey))
                .isNotEmpty()
                .allMatch(("refund:" + open.id())::equals);
    }

    @Test
    void afterTheLastAttemptAReviewIsNeeded() {
        StagedPayment payment = StagedPayment.in(State.UNKNOWN);
        StagedPayment paid = StagedPayment.in(State.APPROVED);
        Testbed.psp().cut(paid.order().tag());
        Reply refund = paid.order().refund(paid.id()).is(202).of("UNKNOWN");

        sql("UPDATE payments SET attempts = 30, next_attempt_at = now() WHERE id = '" + payment.id() + "'");
        sql("UPDATE refunds SET attempts = 30, next_attempt_at = now() WHERE id = '" + refund.id() + "'");

        await().untilAsserted(() -> payment.order().read(payment.id()).of("REVIEW"));
        await().untilAsserted(() -> client.get("/refunds/" + refund.id()).of("REVIEW"));
        payment.close();
        Testbed.psp().restore(paid.order().tag());
        payment.order().read(payment.id()).of("REVIEW");
    }

    @Test
    void anUnchargedPaymentIsDeclinedAfterTheBuyersAuthentication() {
        StagedPayment payment = StagedPayment.in(State.UNKNOWN);
        // An attempt that is already running has read the earlier time, so the change waits for its end.
        await().until(() ->
                update("UPDATE payments SET first_attempt_at = now() - interval '15 minutes', next_attempt_at = now()"
                                + " WHERE id = '" + payment.id() + "' AND lease_until IS NULL")
                        == 1);

        payment.close();

        payment.awaitState(State.DECLINED);
        assertThat(PspCharges.matching(payment.order().tag())).isEmpty();
        PaymentInvariants.ofMainInstance().verify(payment.order(), payment.id());
    }

    @Test
    void aChargedPaymentIsApprovedHoweverLateTheInquiry() {
        TestOrder order = new TestOrder(client, "sim_error_after_charge");
        String id = order.create(3_000).is(201).id();
        PspProxy.Hold hold = Testbed.psp().holdFirstAfter(order.tag());
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + id + "/confirm", order.confirmation(3_000), UUID.randomUUID());
        hold.awaitArrival();
        // The PSP has charged, and inquiries fail for a long time.
        Testbed.psp().cut(order.tag());
        hold.release();
        buyer.join().is(202).of("UNKNOWN");
        sql("UPDATE payments SET first_attempt_at = now() - interval '3 days', next_attempt_at = now() WHERE id = '"
                + id + "'");

        Testbed.psp().restore(order.tag());

        await().untilAsserted(() -> order.read(id).of("APPROVED"));
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    private static void sql(String statement) {
        assertThat(update(statement)).isEqualTo(1);
    }

    private static int update(String statement) {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement update = connection.createStatement()) {
            return update.executeUpdate(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
