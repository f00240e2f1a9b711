package dev.jangbu.proving.audit;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.facts.InstallationFacts;
import dev.jangbu.proving.facts.SqlFile;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;

/**
 * Tries the statements of its file as each application role. The owner of the tables only migrates and is not tried.
 */
final class LedgerRefusesChange implements Invariant {

    private static final SqlFile FILE = SqlFile.read(LedgerRefusesChange.class, "10-ledger-refuses-change.sql");

    private static final List<String> ROLES =
            List.of("jangbu_ledger", "jangbu_payment", "jangbu_cdc", "jangbu_maintenance", "jangbu_audit");

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
    public String statement() {
        return FILE.title();
    }

    @Override
    public void check(InstallationFacts facts, Violations violations)
            throws IOException, SQLException, InterruptedException {
        facts.require("journals");
        String[] journal = new String[1];
        facts.query(
                "SELECT settlement_id::VARCHAR FROM journals ORDER BY book, no LIMIT 1",
                row -> journal[0] = row.getString(1));
        // Additions copy a journal: without one they add nothing.
        List<String> attempts = FILE.statements().stream()
                .filter(sql -> journal[0] != null || !sql.startsWith("INSERT"))
                .map(sql -> sql.replace(":journal", journal[0] == null ? new UUID(0, 0).toString() : journal[0]))
                .toList();
        for (String role : ROLES) {
            if (!facts.stack().hasPassword(role)) {
                violations.addUnchecked("the role %s: %s is not set", role, Installation.passwordVariable(role));
                continue;
            }
            try (Connection connection = facts.stack().openLedgerAs(role)) {
                connection.setAutoCommit(false);
                for (String attempt : attempts) {
                    facts.countExamined(1);
                    String newId = UUID.randomUUID().toString();
                    attempt(connection, role, attempt.replace(":new", newId), violations);
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
            violations.add("%s may: %s", role, sql);
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
