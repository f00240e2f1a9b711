package dev.jangbu.api.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Concurrently;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PspBook;
import dev.jangbu.api.testbed.PspGate;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Shop;
import dev.jangbu.api.testbed.Staged;
import dev.jangbu.api.testbed.Staged.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.Truth;
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
        Shop paying = new Shop(client);
        String payment = paying.create(1_000).is(201).id();
        Shop refunding = new Shop(client);
        String paid = refunding.create(1_000).is(201).id();
        refunding.confirm(paid, 1_000).is(200);
        PspGate.Hold confirm = Testbed.psp().holdBefore(paying.tag());
        PspGate.Hold refund = Testbed.psp().holdBefore(refunding.tag());
        int calls = Testbed.psp().calls(refunding.tag()).size();
        CompletableFuture<Reply> buyer = other.client()
                .posted("/payments/" + payment + "/confirm", paying.confirmation(1_000), UUID.randomUUID());
        CompletableFuture<Reply> shop =
                other.client().posted("/payments/" + paid + "/refunds", "{\"reason\":\"x\"}", UUID.randomUUID());
        confirm.awaitArrival();
        refund.awaitArrival();

        // Three looks of each recovery, and longer than this instance's own time-out.
        await().during(Duration.ofMillis(Testbed.PSP_TIMEOUT_MS + 500L))
                .atMost(Duration.ofSeconds(12))
                .untilAsserted(() -> {
                    assertThat(Testbed.psp().calls(paying.tag())).hasSize(1);
                    assertThat(Testbed.psp().calls(refunding.tag())).hasSize(calls + 1);
                });
        Testbed.psp().mend(paying.tag());
        Testbed.psp().mend(refunding.tag());

        assertThat(buyer.join().is(200).of("APPROVED").number("attempts")).isEqualTo(1);
        shop.join().is(201).of("APPROVED");
        Truth.ofMain().holds(paying, payment);
        Truth.ofMain().holds(refunding, paid);
    }

    @Test
    void anInstanceThatComesBackAfterItsLeaseFindsThatItWasReplaced() {
        Shop paying = new Shop(client);
        String payment = paying.create(600, 400).is(201).id();
        Shop refunding = new Shop(client);
        String paid = refunding.create(1_000).is(201).id();
        refunding.confirm(paid, 1_000).is(200);
        PspGate.Hold confirm = Testbed.psp().holdFirstAfter(paying.tag());
        PspGate.Hold refund = Testbed.psp().holdFirstAfter(refunding.tag());
        UUID key = UUID.randomUUID();
        CompletableFuture<Reply> buyer =
                other.client().posted("/payments/" + payment + "/confirm", paying.confirmation(1_000), key);
        CompletableFuture<Reply> shop =
                other.client().posted("/payments/" + paid + "/refunds", Shop.refundOf("1", 300), UUID.randomUUID());
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
        Testbed.psp().mend(paying.tag());
        Testbed.psp().mend(refunding.tag());

        buyer.join().is(200).of("APPROVED");
        shop.join().is(201).of("APPROVED");
        client.post("/payments/" + payment + "/confirm", paying.confirmation(1_000), key)
                .is(200);
        Truth.ofMain().holds(paying, payment);
        Truth.ofMain().holds(refunding, paid);
    }

    @Test
    void aPspThatMisbehavesIsFoundOut() {
        Concurrently.each(
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
        Shop shop = new Shop(client, "sim_" + behaviour);
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
        Truth.ofMain().holds(shop, id);
        assertThat(Testbed.psp().calls(shop.tag()).stream()
                        .filter(PspGate.Call::moves)
                        .map(PspGate.Call::idempotencyKey))
                .isNotEmpty()
                .allMatch(("confirm:" + id)::equals);
    }

    @Test
    void afterTheLastAttemptAPersonDecides() {
        Staged payment = Staged.in(State.UNKNOWN);
        Staged paid = Staged.in(State.APPROVED);
        Testbed.psp().cut(paid.shop().tag());
        Reply refund = paid.shop().refund(paid.id()).is(202).of("UNKNOWN");

        sql("UPDATE payments SET attempts = 30, next_attempt_at = now() WHERE id = '" + payment.id() + "'");
        sql("UPDATE refunds SET attempts = 30, next_attempt_at = now() WHERE id = '" + refund.id() + "'");

        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> payment.shop().read(payment.id()).of("REVIEW"));
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> client.get("/refunds/" + refund.id()).of("REVIEW"));
        payment.close();
        Testbed.psp().mend(paid.shop().tag());
        payment.shop().read(payment.id()).of("REVIEW");
    }

    @Test
    void whatWasNeverChargedIsDeclinedOnceTheBuyersAuthenticationIsOver() {
        Staged payment = Staged.in(State.UNKNOWN);
        sql("UPDATE payments SET first_attempt_at = now() - interval '15 minutes', next_attempt_at = now() WHERE id = '"
                + payment.id() + "'");

        payment.close();

        payment.awaitState(State.DECLINED);
        assertThat(PspBook.charges(payment.shop().tag())).isEmpty();
        Truth.ofMain().holds(payment.shop(), payment.id());
    }

    @Test
    void whatWasChargedIsApprovedHoweverLateItIsFound() {
        Shop shop = new Shop(client, "sim_error_after_charge");
        String id = shop.create(3_000).is(201).id();
        PspGate.Hold hold = Testbed.psp().holdFirstAfter(shop.tag());
        CompletableFuture<Reply> buyer =
                client.posted("/payments/" + id + "/confirm", shop.confirmation(3_000), UUID.randomUUID());
        hold.awaitArrival();
        // The PSP has charged; now nobody can ask it for a long time.
        Testbed.psp().cut(shop.tag());
        hold.release();
        buyer.join().is(202).of("UNKNOWN");
        sql("UPDATE payments SET first_attempt_at = now() - interval '3 days', next_attempt_at = now() WHERE id = '"
                + id + "'");

        Testbed.psp().mend(shop.tag());

        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> shop.read(id).of("APPROVED"));
        Truth.ofMain().holds(shop, id);
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
