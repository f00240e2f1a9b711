package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.NameBasedId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An id is the name of a movement of money: whatever records it again records it under the same id. */
class MovementIdsTest {

    private final Client client = Testbed.client();
    private final TestOrder order = new TestOrder(client);

    @Test
    void idsAreTheNamesOfTheirMovements() throws SQLException {
        UUID creation = UUID.randomUUID();
        UUID refund = UUID.randomUUID();
        UUID payout = UUID.randomUUID();
        String id = client.post("/payments", order.creation(3_000, 2_000), creation)
                .is(201)
                .id();
        order.confirm(id, 5_000).is(200).of("APPROVED");
        String refundId = client.post("/payments/" + id + "/refunds", TestOrder.refundOf("1", 1_000), refund)
                .is(201)
                .id();
        String payoutId = client.post(
                        "/wallets/" + order.seller(1) + "/payouts",
                        "{\"currency\":\"KRW\",\"amount\":100,\"destination\":\"bank-1\"}",
                        payout)
                .is(202)
                .id();

        assertThat(id).isEqualTo(text(NameBasedId.ofPayment("default", creation.toString(), 0)));
        assertThat(refundId).isEqualTo(text(NameBasedId.ofRefund("default", refund.toString())));
        assertThat(payoutId).isEqualTo(text(NameBasedId.ofPayout("default", payout.toString())));
        String transactionKey = select("SELECT transaction_key FROM psp_cancels WHERE refund_id = '" + refundId + "'")
                .getFirst();
        assertThat(select("SELECT id FROM outbox"))
                .contains(
                        text(NameBasedId.ofChargedLine("toss", order.paymentKey(), "1")),
                        text(NameBasedId.ofChargedLine("toss", order.paymentKey(), "2")),
                        text(NameBasedId.ofCanceledLine("toss", transactionKey, "1")),
                        text(NameBasedId.ofPayoutSettlement("default", payout.toString())));
    }

    @Test
    void aKeyThatIsUsedAgainAfterItWasForgottenNamesTheNextGeneration() throws SQLException {
        UUID key = UUID.randomUUID();
        for (int generation = 0; generation < 3; generation++) {
            String id = client.post("/payments", new TestOrder(client).creation(1_000), key)
                    .is(201)
                    .id();

            assertThat(id).isEqualTo(text(NameBasedId.ofPayment("default", key.toString(), generation)));
            execute("DELETE FROM idempotency_keys WHERE key = '" + key + "'");
        }
    }

    @Test
    void aRestoredPaymentIsTheResponseToItsRepeatedCreation() throws SQLException {
        UUID key = UUID.randomUUID();
        String id = client.post("/payments", order.creation(1_000), key).is(201).id();
        execute("DELETE FROM idempotency_keys WHERE key = '" + key + "'");
        execute("UPDATE payments SET restored_at = now() WHERE id = '" + id + "'");

        assertThat(client.post("/payments", order.creation(1_000), key).is(201).id())
                .isEqualTo(id);
        client.post("/payments", order.creation(1_001), key).is(422);
    }

    @Test
    void aRestoredCancellationIsTheResponseToItsRepeatedCallAndNotARefund() throws SQLException {
        UUID key = UUID.randomUUID();
        String id = order.create(1_000).is(201).id();
        order.confirm(id, 1_000).is(200);
        String path = "/payments/" + id + "/cancel";
        String body = "{\"reason\":\"changed my mind\"}";
        client.post(path, body, key).is(200);
        execute("DELETE FROM idempotency_keys WHERE key = '" + key + "'");
        asRestored(id);

        assertThat(client.post(path, body, key).is(200).id()).isEqualTo(id);
    }

    @Test
    void aChargeIsRecordedAlsoIfTheOutboxHasOneOfItsPartsAlready() throws SQLException {
        String id = order.create(3_000, 2_000).is(201).id();
        String known = text(NameBasedId.ofChargedLine("toss", order.paymentKey(), "1"));
        // As a restore does it, if Kafka has the request of one part only.
        execute("INSERT INTO outbox (id, aggregateid, payload, ce_time) VALUES ('" + known + "', '" + order.seller(1)
                + ":KRW', '\\x000000000102', now())");

        order.confirm(id, 5_000).is(200).of("APPROVED");

        assertThat(select("SELECT id FROM outbox"))
                .contains(known, text(NameBasedId.ofChargedLine("toss", order.paymentKey(), "2")));
        execute("DELETE FROM outbox WHERE id = '" + known + "'");
    }

    private static String text(UUID id) {
        return id.toString();
    }

    private static List<String> select(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    /** Makes the payment's refund a restored one: Kafka knows neither the call nor its key. */
    private static void asRestored(String paymentId) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement()) {
            // Without the trigger that fixes a refund's terms.
            statement.execute("SET session_replication_role = replica");
            assertThat(statement.executeUpdate("UPDATE refunds SET operation = 'refund', idempotency_key = NULL,"
                            + " fingerprint = NULL, restored_at = now() WHERE payment_id = '" + paymentId + "'"))
                    .isEqualTo(1);
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }
}
