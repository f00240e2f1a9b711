package dev.jangbu.proving.audit;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.facts.InstallationFacts;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * No application role can change the ledger or add unbalanced journals. Each role tries it on a real journal, in a
 * transaction that is rolled back. The owner of the tables only migrates and is not tried.
 */
final class LedgerRefusesChange implements Invariant {

    private static final List<String> ROLES =
            List.of("jangbu_ledger", "jangbu_payment", "jangbu_cdc", "jangbu_maintenance", "jangbu_audit");

    private static final List<String> ATTEMPTS = List.of(
            "UPDATE journals SET balance_after = balance_after + 1 WHERE settlement_id = '%s'",
            "UPDATE lines SET amount = amount + 1 WHERE settlement_id = '%s'",
            "DELETE FROM lines WHERE settlement_id = '%s'",
            "DELETE FROM journals WHERE settlement_id = '%s'",
            "TRUNCATE journals, lines",
            "ALTER TABLE journals DISABLE TRIGGER ALL",
            "SET LOCAL session_replication_role = replica");

    /** Attempts to add to the ledger. They need at least one journal. */
    private static final List<String> ADDITIONS = List.of(
            """
            INSERT INTO lines
            SELECT (jsonb_populate_record(l, '{"line_no": 99, "line_count": 99}')).*
              FROM lines l
             WHERE settlement_id = '%s'
             LIMIT 1
            """,
            // It would be the next journal of its book and its wallet, but it does not balance.
            """
            INSERT INTO lines
            SELECT (jsonb_populate_record(l, jsonb_build_object(
                       'settlement_id', '%2$s', 'amount', l.amount + CASE line_no WHEN 1 THEN 1 ELSE 0 END))).*
              FROM lines l
             WHERE settlement_id = '%1$s';
            INSERT INTO journals
            SELECT (jsonb_populate_record(j, jsonb_build_object(
                       'settlement_id', '%2$s',
                       'no', (SELECT max(no) + 1 FROM journals n WHERE n.book = j.book),
                       'wallet_version', (SELECT max(wallet_version) + 1 FROM journals w WHERE w.wallet_id = j.wallet_id)))).*
              FROM journals j
             WHERE settlement_id = '%1$s'
            """);

    /** The attempt must not wait for a lock of a working service. */
    private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String WRONG_PASSWORD = "28P01";
    private static final String NO_ACCESS = "28";

    /** The ledger's own rules, SQLSTATE class JL. */
    private static final String REFUSED_BY_THE_LEDGER = "JL";

    @Override
    public int number() {
        return 10;
    }

    @Override
    public String name() {
        return "LedgerRefusesChange";
    }

    @Override
    public String statement() {
        return "No application role can change the ledger or add an unbalanced journal: each attempt is refused";
    }

    @Override
    public void check(InstallationFacts facts, Violations violations) throws IOException, SQLException {
        String[] journal = {"00000000-0000-0000-0000-000000000000"};
        List<String> attempts = new ArrayList<>(ATTEMPTS);
        facts.require("journals");
        facts.query("SELECT settlement_id::VARCHAR FROM journals ORDER BY book, no LIMIT 1", row -> {
            journal[0] = row.getString(1);
            attempts.addAll(ADDITIONS);
        });
        for (String role : ROLES) {
            if (!facts.stack().hasPassword(role)) {
                violations.addUnchecked("the role %s: %s is not set", role, Installation.passwordVariable(role));
                continue;
            }
            try (Connection connection = facts.stack().openLedgerAs(role)) {
                connection.setAutoCommit(false);
                for (String attempt : attempts) {
                    facts.countExamined(1);
                    attempt(connection, role, attempt.formatted(journal[0], UUID.randomUUID()), violations);
                }
            } catch (SQLException e) {
                if (WRONG_PASSWORD.equals(e.getSQLState())) {
                    violations.addUnchecked(
                            "the role %s: PostgreSQL rejects %s", role, Installation.passwordVariable(role));
                    continue;
                }
                requireRefusal(role, "connect to the ledger", e);
                facts.countExamined(1);
            }
        }
    }

    private static void attempt(Connection connection, String role, String sql, Violations violations)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK_TIMEOUT);
            statement.execute(sql);
            violations.add("%s may: %s", role, sql.strip());
        } catch (SQLException e) {
            requireRefusal(role, sql, e);
        } finally {
            connection.rollback();
        }
    }

    /** Rethrows any error that is not a refusal: it proves nothing. */
    private static void requireRefusal(String role, String action, SQLException e) throws SQLException {
        String state = String.valueOf(e.getSQLState());
        if (!state.equals(INSUFFICIENT_PRIVILEGE)
                && !state.startsWith(NO_ACCESS)
                && !state.startsWith(REFUSED_BY_THE_LEDGER)) {
            throw new SQLException("As " + role + ": " + action + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }
}
