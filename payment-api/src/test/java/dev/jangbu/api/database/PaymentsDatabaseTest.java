package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.NameBasedId;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The constraints, triggers and rights of the payments database, tested with the services' roles. */
class PaymentsDatabaseTest {

    /** All legal transitions. */
    private static final Map<String, Set<String>> LEGAL = Map.of(
            "READY", Set.of("ACCEPTED", "EXECUTING", "CANCELED", "EXPIRED"),
            "ACCEPTED", Set.of("EXECUTING", "CANCELED", "EXPIRED"),
            "EXECUTING", Set.of("APPROVED", "DECLINED", "UNKNOWN", "REVIEW"),
            "UNKNOWN", Set.of("APPROVED", "DECLINED", "REVIEW"),
            "REVIEW", Set.of("APPROVED", "DECLINED"),
            "APPROVED", Set.of("COMPLETED"),
            "COMPLETED", Set.of(),
            "DECLINED", Set.of(),
            "CANCELED", Set.of(),
            "EXPIRED", Set.of());

    /** The transitions from READY to each status. */
    private static final Map<String, List<String>> PATH = Map.of(
            "READY", List.of(),
            "ACCEPTED", List.of("ACCEPTED"),
            "EXECUTING", List.of("EXECUTING"),
            "UNKNOWN", List.of("EXECUTING", "UNKNOWN"),
            "REVIEW", List.of("EXECUTING", "REVIEW"),
            "APPROVED", List.of("EXECUTING", "APPROVED"),
            "COMPLETED", List.of("EXECUTING", "APPROVED", "COMPLETED"),
            "DECLINED", List.of("EXECUTING", "DECLINED"),
            "CANCELED", List.of("CANCELED"),
            "EXPIRED", List.of("EXPIRED"));

    private static PaymentsDatabase database;
    private static Connection application;

    @BeforeAll
    static void migrated() throws SQLException {
        database = PaymentsDatabase.create("jangbu_payment_constraints");
        application = database.as("jangbu_payment");
    }

    @AfterAll
    static void stop() throws SQLException {
        application.close();
        database.close();
    }

    @Test
    void onlyLegalTransitionsSucceedAndEachIsInTheHistory() throws SQLException {
        for (String from : LEGAL.keySet()) {
            for (String to : LEGAL.keySet()) {
                UUID id = paymentIn(from);
                if (from.equals(to)) {
                    continue;
                }
                if (LEGAL.get(from).contains(to)) {
                    move(id, to);
                    List<String> expected = new ArrayList<>(List.of("READY"));
                    expected.addAll(PATH.get(from));
                    expected.add(to);
                    assertThat(history(id)).containsExactlyElementsOf(expected);
                } else {
                    assertThatThrownBy(() -> move(id, to))
                            .as("%s to %s", from, to)
                            .isInstanceOf(SQLException.class)
                            .extracting(e -> ((SQLException) e).getSQLState())
                            .isIn("JB001", "23514");
                }
            }
        }
    }

    @Test
    void theTermsOfAPaymentAreImmutable() throws SQLException {
        UUID id = paymentIn("EXECUTING");
        for (String change : List.of(
                "amount = amount + 1", "currency = 'USD'", "payment_key = 'other'", "order_id = 'other-order'")) {
            assertRefused("JB002", "UPDATE payments SET " + change + " WHERE id = '" + id + "'");
        }
    }

    @Test
    void idsOfMovementsAndTheirRequestsMustBeNameBased() throws SQLException {
        insertOutbox(NameBasedId.ofChargedLine("toss", "key-1", "1"), new byte[] {0, 0, 0, 0, 1, 2});

        assertThatThrownBy(() -> insertOutbox(UUID.randomUUID(), new byte[] {0, 0, 0, 0, 1, 2}))
                .hasMessageContaining("outbox_id_check");
        assertThatThrownBy(() -> insertPayment(UUID.randomUUID())).hasMessageContaining("payments_id_check");
    }

    @Test
    void aMovementIsInTheOutboxOnce() throws SQLException {
        UUID id = NameBasedId.ofChargedLine("toss", "key-2", "1");
        insertOutbox(id, new byte[] {0, 0, 0, 0, 1, 2});

        assertThatThrownBy(() -> insertOutbox(id, new byte[] {0, 0, 0, 0, 1, 3}))
                .hasMessageContaining("outbox_pkey");
    }

    @Test
    void anOutboxPayloadMustHaveTheWireFormat() {
        assertThatThrownBy(() -> insertOutbox(newId(), "x0000".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("outbox_payload_check");
    }

    @Test
    void theApplicationCanNeitherSetTheOutboxTimeNorChangeRows() {
        assertRefused(
                "42501",
                "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time, created_at) VALUES"
                        + " (uuidv7(), 'settlement.requests', 'a:KRW', 't', '\\x000000000102', now(), now() - interval '2 days')");
        assertRefused("42501", "UPDATE outbox SET aggregateid = 'x:KRW'");
        assertRefused("42501", "DELETE FROM outbox");
        assertRefused("42501", "TRUNCATE outbox");
    }

    @Test
    void theApplicationCanNeitherWriteTheHistoryNorDeletePayments() {
        assertRefused(
                "42501",
                "INSERT INTO history (resource_id, version, kind, to_status, cause) VALUES (uuidv7(), 1, 'PAYMENT', 'READY', 'x')");
        assertRefused("42501", "UPDATE history SET cause = 'x'");
        assertRefused("42501", "DELETE FROM payments");
        assertRefused("42501", "ALTER TABLE payments DISABLE TRIGGER ALL");
    }

    @Test
    void maintenanceCanReinsertARowUnchanged() throws SQLException {
        UUID id = newId();
        insertOutbox(id, new byte[] {0, 0, 0, 0, 1, 2});
        try (Connection maintenance = database.as("jangbu_maintenance");
                Statement statement = maintenance.createStatement()) {
            assertThat(statement.executeUpdate("WITH gone AS (DELETE FROM outbox WHERE id = '" + id
                            + "' RETURNING *) INSERT INTO outbox SELECT * FROM gone"))
                    .isEqualTo(1);
        }
    }

    @Test
    void theAuditRoleSeesNoKeyHashesAndWritesNothing() throws SQLException {
        try (Connection auditor = database.as("jangbu_audit");
                Statement statement = auditor.createStatement()) {
            assertThat(statement
                            .executeQuery("SELECT name, scopes FROM api_keys")
                            .next())
                    .isFalse();
            assertThatThrownBy(() -> statement.executeQuery("SELECT key_hash FROM api_keys"))
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> statement.executeUpdate("DELETE FROM payments"))
                    .hasMessageContaining("permission denied");
        }
    }

    private static UUID paymentIn(String status) throws SQLException {
        UUID id = newId();
        insertPayment(id);
        for (String step : PATH.get(status)) {
            move(id, step);
        }
        return id;
    }

    private static UUID newId() {
        return NameBasedId.ofPayment("test", UUID.randomUUID().toString(), 0);
    }

    private static void insertPayment(UUID id) throws SQLException {
        try (PreparedStatement insert = application.prepareStatement("""
                INSERT INTO payments (id, client_id, creation_key, generation, order_id, status, currency, amount,
                                      metadata, psp, cause, version, created_at)
                VALUES (?, 'default', ?, 0, ?, 'READY', 'KRW', 1000, '{}', 'toss', 'create', 1, now())
                """)) {
            insert.setObject(1, id);
            insert.setString(2, "key-" + id);
            insert.setString(3, "order-" + id);
            insert.executeUpdate();
        }
    }

    private static void move(UUID id, String to) throws SQLException {
        try (PreparedStatement update = application.prepareStatement("""
                UPDATE payments
                   SET status = ?, version = version + 1, cause = 'test',
                       payment_key = coalesce(payment_key, 'key-' || id),
                       accepted_at = now(), lease_until = CASE WHEN ? = 'EXECUTING' THEN now() END,
                       approved_at = CASE WHEN ? IN ('APPROVED', 'COMPLETED') THEN now() END,
                       completed_at = CASE WHEN ? = 'COMPLETED' THEN now() END
                 WHERE id = ?
                """)) {
            for (int i = 1; i <= 4; i++) {
                update.setString(i, to);
            }
            update.setObject(5, id);
            update.executeUpdate();
        }
    }

    private static List<String> history(UUID id) throws SQLException {
        List<String> states = new ArrayList<>();
        try (PreparedStatement select =
                application.prepareStatement("SELECT to_status FROM history WHERE resource_id = ? ORDER BY version")) {
            select.setObject(1, id);
            ResultSet rows = select.executeQuery();
            while (rows.next()) {
                states.add(rows.getString(1));
            }
        }
        return states;
    }

    private static void insertOutbox(UUID id, byte[] payload) throws SQLException {
        try (PreparedStatement insert = application.prepareStatement("""
                INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time)
                VALUES (?, 'settlement.requests', 'seller-a:KRW', 'test', ?, now())
                """)) {
            insert.setObject(1, id);
            insert.setBytes(2, payload);
            insert.executeUpdate();
        }
    }

    private static void assertRefused(String sqlState, String sql) {
        assertThatThrownBy(() -> {
                    try (Statement statement = application.createStatement()) {
                        statement.executeUpdate(sql);
                    }
                })
                .as(sql)
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo(sqlState);
    }
}
