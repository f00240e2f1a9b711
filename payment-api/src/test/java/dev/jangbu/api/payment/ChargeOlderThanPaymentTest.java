package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspConsole;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * A charge that the PSP approved before its payment was created belongs to a record that the database has lost. It may
 * be settled already, so a person decides.
 */
class ChargeOlderThanPaymentTest {

    private static final long AMOUNT = 3_000;

    private final Client client = Testbed.client();
    private final TestOrder order = new TestOrder(client);
    private final String id = order.create(2_000, 1_000).is(201).id();

    @Test
    void aConfirmationDoesNotAdoptIt() {
        chargeBeforeThePayment();
        UUID key = UUID.randomUUID();
        String path = "/payments/" + id + "/confirm";

        client.post(path, order.confirmation(AMOUNT), key).is(202).of("REVIEW");

        client.post(path, order.confirmation(AMOUNT), key).is(202).of("REVIEW");
        verify();
        // Only the answer to the confirmation with the stored key; nothing was charged again.
        assertThat(Testbed.psp().calls(order.tag())).hasSize(1);
    }

    @Test
    void theQueueDoesNotAdoptIt() {
        chargeBeforeThePayment();

        order.confirm(id, AMOUNT, "Prefer", "respond-async").is(202);

        await().untilAsserted(() -> order.read(id).of("REVIEW"));
        verify();
    }

    @Test
    void neitherTheRecoveryNorARepeatedCallAdoptsIt() {
        PspProxy psp = Testbed.psp();
        psp.cut(order.tag());
        UUID key = UUID.randomUUID();
        String path = "/payments/" + id + "/confirm";
        client.post(path, order.confirmation(AMOUNT), key).is(202).of("UNKNOWN");
        chargeBeforeThePayment();
        psp.restore(order.tag());

        await().untilAsserted(() ->
                client.post(path, order.confirmation(AMOUNT), key).is(202).of("REVIEW"));

        verify();
    }

    @Test
    void aChargeThatTheRestoreOfTheDatabaseHasFoundUnsettledIsAdopted() throws SQLException {
        chargeBeforeThePayment();
        Testbed.database().execute("""
                INSERT INTO unsettled_charges (psp, payment_key, order_id, currency, amount)
                SELECT 'toss', '%s', order_id, currency, amount FROM payments WHERE id = '%s'
                """.formatted(order.paymentKey(), id));

        order.confirm(id, AMOUNT).is(200).of("APPROVED");

        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    private void chargeBeforeThePayment() {
        PspConsole.charge(order, id, AMOUNT);
        // An attempt that is already running has read the earlier time, so the change waits for its end.
        await().until(this::isCreatedLater);
    }

    /** Moves the payment's creation, as superuser without the trigger that protects the time; false during an attempt. */
    private boolean isCreatedLater() throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return statement.executeUpdate("""
                            UPDATE payments SET created_at = created_at + interval '5 seconds'
                             WHERE id = '%s' AND lease_until IS NULL
                            """.formatted(id)) == 1;
        }
    }

    private void verify() {
        PaymentInvariants.ofMainInstance().verify(order, id);
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT review_reason FROM payments WHERE id = '%s'".formatted(id))) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).startsWith("charge-older-than-payment: approved at ");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
