package dev.jangbu.api.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Parallel;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.PaymentInvariants;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What was begun is finished: by whoever finds it lying, never by two, and with a person where no machine can tell. */
class RecoveryTest {

    /** Another instance on the same database, which waits long for the PSP. */
    private static Instance other;

    private final Client client = Testbed.client();

    @BeforeAll
    static void startAnother() {
        other = Testbed.anotherInstance("jangbu.psp.timeout=15s");
    }

    @AfterAll
    static void stopIt() {
        other.close();
    }

    @Test
    void theWorkOfALiveInstanceIsLeftAlone() {
        TestOrder paying = new TestOrder(client);
        String payment = paying.create(1_000).is(201).id();
        TestOrder refunding = new TestOrder(client);
        String paid = refunding.create(1_000).is(201).id();
        refunding.confirm(paid, 1_000).is(200);
        PspProxy.Hold confirm = Testbed.psp().holdBefore(paying.tag());
        PspProxy.Hold refund = Testbed.psp().holdBefore(refunding.tag());
        int calls = Testbed.psp().calls(refunding.tag()).size();
        CompletableFuture<Reply> buyer = other.client()
                .postAsync("/payments/" + payment + "/confirm", paying.confirmation(1_000), UUID.randomUUID());
        CompletableFuture<Reply> shop =
                other.client().postAsync("/payments/" + paid + "/refunds", "{\"reason\":\"x\"}", UUID.randomUUID());
        confirm.awaitArrival();
        refund.awaitArrival();

        // Three looks of each recovery, and longer than this instance's own time-out.
        await().during(Duration.ofMillis(Testbed.PSP_TIMEOUT_MS + 500L))
                .atMost(Duration.ofSeconds(12))
                .untilAsserted(() -> {
                    assertThat(Testbed.psp().calls(paying.tag())).hasSize(1);
                    assertThat(Testbed.psp().calls(refunding.tag())).hasSize(calls + 1);
                });
        Testbed.psp().restore(paying.tag());
        Testbed.psp().restore(refunding.tag());

        assertThat(buyer.join().is(200).of("APPROVED").number("attempts")).isEqualTo(1);
        shop.join().is(201).of("APPROVED");
        PaymentInvariants.ofMainInstance().verify(paying, payment);
        PaymentInvariants.ofMainInstance().verify(refunding, paid);
    }

    @Test
    void anInstanceThatComesBackAfterItsLeaseFindsThatItWasReplaced() {
        TestOrder paying = new TestOrder(client);
        String payment = paying.create(600, 400).is(201).id();
        TestOrder refunding = new TestOrder(client);
        String paid = refunding.create(1_000).is(201).id();
        refunding.confirm(paid, 1_000).is(200);
        PspProxy.Hold confirm = Testbed.psp().holdFirstAfter(paying.tag());
        PspProxy.Hold refund = Testbed.psp().holdFirstAfter(refunding.tag());
        UUID key = UUID.randomUUID();
        CompletableFuture<Reply> buyer =
                other.client().postAsync("/payments/" + payment + "/confirm", paying.confirmation(1_000), key);
        CompletableFuture<Reply> shop =
                other.client().postAsync("/payments/" + paid + "/refunds", TestOrder.refundOf("1", 300), UUID.randomUUID());
        confirm.awaitArrival();
        refund.awaitArrival();

        // It stood still for so long that its leases are over.
        sql("UPDATE payments SET lease_until = now() - interval '1 second' WHERE id = '" + payment + "'");
        sql("UPDATE refunds SET lease_until = now() - interval '1 second' WHERE payment_id = '" + paid + "'");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> paying.read(payment).of("APPROVED"));
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(refunding.read(paid).number("refundedAmount"))
                        .isEqualTo(300));
        Testbed.psp().restore(paying.tag());
        Testbed.psp().restore(refunding.tag());

        buyer.join().is(200).of("APPROVED");
        shop.join().is(201).of("APPROVED");
        client.post("/payments/" + payment + "/confirm", paying.confirmation(1_000), key)
                .is(200);
        PaymentInvariants.ofMainInstance().verify(paying, payment);
        PaymentInvariants.ofMainInstance().verify(refunding, paid);
    }

    @Test
    void aPspThatMisbehavesIsFoundOut() {
        Parallel.forEach(
                List.of(
                        "timeout_before_charge",
                        "timeout_after_charge",
                        "error_after_charge",
                        "reset_after_charge",
                        "garbage",
                        "slow"),
                this::isFoundOut);
    }

    private void isFoundOut(String behaviour) {
        TestOrder shop = new TestOrder(client, "sim_" + behaviour);
        String id = shop.create(2_000, 1_000).is(201).id();
        UUID key = UUID.randomUUID();
        String path = "/payments/" + id + "/confirm";

        Reply reply = client.post(path, shop.confirmation(3_000), key);

        if (behaviour.equals("slow")) {
            reply.is(200).of("APPROVED");
        } else {
            reply.is(202).of("UNKNOWN");
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> shop.read(id).of("APPROVED"));
        }
        client.post(path, shop.confirmation(3_000), key).is(200).of("APPROVED");
        PaymentInvariants.ofMainInstance().verify(shop, id);
        assertThat(Testbed.psp().calls(shop.tag()).stream()
                        .filter(PspProxy.Call::moves)
                        .map(PspProxy.Call::idempotencyKey))
                .isNotEmpty()
                .allMatch(("confirm:" + id)::equals);
    }

    @Test
    void afterTheLastAttemptAPersonDecides() {
        StagedPayment payment = StagedPayment.in(State.UNKNOWN);
        StagedPayment paid = StagedPayment.in(State.APPROVED);
        Testbed.psp().cut(paid.shop().tag());
        Reply refund = paid.shop().refund(paid.id()).is(202).of("UNKNOWN");

        sql("UPDATE payments SET attempts = 30, next_attempt_at = now() WHERE id = '" + payment.id() + "'");
        sql("UPDATE refunds SET attempts = 30, next_attempt_at = now() WHERE id = '" + refund.id() + "'");

        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> payment.shop().read(payment.id()).of("REVIEW"));
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> client.get("/refunds/" + refund.id()).of("REVIEW"));
        payment.close();
        Testbed.psp().restore(paid.shop().tag());
        payment.shop().read(payment.id()).of("REVIEW");
    }

    @Test
    void whatWasNeverChargedIsDeclinedOnceTheBuyersAuthenticationIsOver() {
        StagedPayment payment = StagedPayment.in(State.UNKNOWN);
        sql("UPDATE payments SET first_attempt_at = now() - interval '15 minutes', next_attempt_at = now() WHERE id = '"
                + payment.id() + "'");

        payment.close();

        payment.awaitState(State.DECLINED);
        assertThat(PspCharges.matching(payment.shop().tag())).isEmpty();
        PaymentInvariants.ofMainInstance().verify(payment.shop(), payment.id());
    }

    @Test
    void whatWasChargedIsApprovedHoweverLateItIsFound() {
        TestOrder shop = new TestOrder(client, "sim_error_after_charge");
        String id = shop.create(3_000).is(201).id();
        PspProxy.Hold hold = Testbed.psp().holdFirstAfter(shop.tag());
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + id + "/confirm", shop.confirmation(3_000), UUID.randomUUID());
        hold.awaitArrival();
        // The PSP has charged; now nobody can ask it for a long time.
        Testbed.psp().cut(shop.tag());
        hold.release();
        buyer.join().is(202).of("UNKNOWN");
        sql("UPDATE payments SET first_attempt_at = now() - interval '3 days', next_attempt_at = now() WHERE id = '"
                + id + "'");

        Testbed.psp().restore(shop.tag());

        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> shop.read(id).of("APPROVED"));
        PaymentInvariants.ofMainInstance().verify(shop, id);
    }

    private static void sql(String statement) {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement update = connection.createStatement()) {
            assertThat(update.executeUpdate(statement)).isEqualTo(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
