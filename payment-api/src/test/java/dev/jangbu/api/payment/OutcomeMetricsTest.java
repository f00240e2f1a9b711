package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The outcome counters count each recorded outcome once, with its cause. */
class OutcomeMetricsTest {

    private static final String APPROVE = "{\"outcome\":\"APPROVED\",\"evidence\":\"x\"}";
    private static final String FAIL = "{\"outcome\":\"FAILED\",\"evidence\":\"x\"}";

    private final Client client = Testbed.client();
    private final MeterRegistry meters = Testbed.main().bean(MeterRegistry.class);

    @Test
    void aPaymentAttemptThatHasLostItsLeaseIsNotCounted() throws SQLException {
        TestOrder order = new TestOrder(client);
        String payment = order.create(1_000).is(201).id();
        PspProxy.Hold hold = Testbed.psp().holdFirstAfter(order.tag());
        CompletableFuture<Reply> late =
                client.postAsync("/payments/" + payment + "/confirm", order.confirmation(1_000), UUID.randomUUID());
        hold.awaitArrival();
        double before = count("payment", "APPROVED", "confirm");
        double recovered = count("payment", "APPROVED", "recovery");
        endLease("payments", "id", payment);
        await().untilAsserted(() -> order.read(payment).of("APPROVED"));

        Testbed.psp().restore(order.tag());
        late.join().is(200).of("APPROVED");

        assertThat(count("payment", "APPROVED", "confirm")).isEqualTo(before);
        assertThat(count("payment", "APPROVED", "recovery")).isGreaterThan(recovered);
    }

    @Test
    void aRefundAttemptThatHasLostItsLeaseIsNotCounted() throws SQLException {
        TestOrder order = new TestOrder(client);
        String payment = order.create(1_000).is(201).id();
        order.confirm(payment, 1_000).is(200);
        PspProxy.Hold hold = Testbed.psp().holdFirstAfter(order.tag());
        CompletableFuture<Reply> late =
                client.postAsync("/payments/" + payment + "/refunds", TestOrder.refundOf("1", 300), UUID.randomUUID());
        hold.awaitArrival();
        double before = count("refund", "APPROVED", "refund");
        double recovered = count("refund", "APPROVED", "recovery");
        endLease("refunds", "payment_id", payment);
        await().untilAsserted(() ->
                assertThat(order.read(payment).number("refundedAmount")).isEqualTo(300));

        Testbed.psp().restore(order.tag());
        late.join().is(201).of("APPROVED");

        assertThat(count("refund", "APPROVED", "refund")).isEqualTo(before);
        assertThat(count("refund", "APPROVED", "recovery")).isGreaterThan(recovered);
    }

    @Test
    void aDecisionAboutAPaymentIsCountedOnce() {
        TestOrder order = new TestOrder(client, "sim_wrong_amount");
        String payment = order.create(1_000).is(201).id();
        order.confirm(payment, 1_000).is(202).of("REVIEW");
        double before = count("payment", "APPROVED", "resolve");
        UUID key = UUID.randomUUID();

        client.post("/payments/" + payment + "/resolve", APPROVE, key).is(200);
        client.post("/payments/" + payment + "/resolve", APPROVE, key).is(200);
        client.post("/payments/" + payment + "/resolve", APPROVE).is(409);

        assertThat(count("payment", "APPROVED", "resolve")).isEqualTo(before + 1);
    }

    @Test
    void aDecisionAboutARefundIsCountedOnce() {
        TestOrder order = new TestOrder(client, "sim_refund_wrong_amount");
        String payment = order.create(1_000).is(201).id();
        order.confirm(payment, 1_000).is(200);
        String refund =
                order.refund(payment, TestOrder.refundOf("1", 300)).is(202).id();
        double before = count("refund", "FAILED", "resolve");
        UUID key = UUID.randomUUID();

        client.post("/refunds/" + refund + "/resolve", FAIL, key).is(200);
        client.post("/refunds/" + refund + "/resolve", FAIL, key).is(200);
        client.post("/refunds/" + refund + "/resolve", FAIL).is(409);

        assertThat(count("refund", "FAILED", "resolve")).isEqualTo(before + 1);
    }

    private double count(String kind, String outcome, String cause) {
        return meters.counter("jangbu." + kind + ".outcomes", "outcome", outcome, "cause", cause)
                .count();
    }

    private static void endLease(String table, String column, String id) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement update = connection.createStatement()) {
            update.executeUpdate("UPDATE " + table + " SET lease_until = now() - interval '1 second' WHERE " + column
                    + " = '" + id + "'");
        }
    }
}
