package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A call that has waited for a payment's row lock sees the changes of the previous holder. */
class PaymentLockTest {

    @Test
    void aCancellationThatWaitedRefundsThePresentRest() throws SQLException {
        TestOrder order = new TestOrder(Testbed.client());
        String payment = order.create(1_000).is(201).id();
        order.confirm(payment, 1_000).is(200);

        CompletableFuture<Reply> cancel;
        try (Connection other = Testbed.database().as("jangbu_payment")) {
            other.setAutoCommit(false);
            run(other, "SELECT id FROM payments WHERE id = ? FOR UPDATE", payment);
            cancel = CompletableFuture.supplyAsync(() -> order.cancel(payment));
            await("the cancellation waits for the row lock").until(() -> waiting() > 0);
            run(other, "UPDATE payment_lines SET reserved_amount = 400 WHERE payment_id = ?", payment);
            other.commit();
        }

        assertThat(cancel.join().is(200).number("refundedAmount")).isEqualTo(600);
    }

    private static void run(Connection connection, String sql, String payment) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, UUID.fromString(payment));
            statement.execute();
        }
    }

    private static long waiting() throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet count =
                        statement.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE usename = 'jangbu_payment'"
                                + " AND wait_event_type = 'Lock' AND query LIKE '%FROM payments%'")) {
            count.next();
            return count.getLong(1);
        }
    }
}
