package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.Testbed;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An idempotency key that is inserted just before the outcome is recorded. */
class LateIdempotencyKeyTest {

    private static final String LOCK = "SELECT id FROM payments WHERE id = ?::uuid FOR UPDATE";

    /** As a confirmation does that gets a 202. */
    private static final String INSERT_KEY = """
            INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, status)
            VALUES (?, sha256('x'), 'confirm', ?::uuid, 'RUNNING')
            """;

    private static final String WAITING = """
            SELECT count(*)
              FROM pg_stat_activity
             WHERE usename = 'jangbu_payment' AND wait_event_type = 'Lock' AND query LIKE '%payments%'
            """;

    @Test
    void aKeyInsertedWhileTheOutcomeWaitsForTheRowLockGetsTheOutcome() throws SQLException {
        String key = UUID.randomUUID().toString();
        try (StagedPayment payment = StagedPayment.in(State.UNKNOWN);
                Connection other = Testbed.database().as("jangbu_payment")) {
            PspProxy.Hold recovery = Testbed.psp().holdBefore(payment.order().tag());
            recovery.awaitArrival();
            other.setAutoCommit(false);
            run(other, LOCK, payment.id());
            Testbed.psp().restore(payment.order().tag());
            await("the outcome waits for the row lock")
                    .until(() -> first(WAITING).equals("1"));
            run(other, INSERT_KEY, key, payment.id());
            other.commit();

            payment.awaitState(State.APPROVED);
        }

        assertThat(first("SELECT status FROM idempotency_keys WHERE key = '" + key + "'"))
                .isEqualTo("DONE");
    }

    private static void run(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.execute();
        }
    }

    private static String first(String query) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }
}
