package dev.jangbu.ledger.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.journal.TestEntries;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Journals of an earlier version are unchanged after the migration. */
final class MigrationsTest {

    private static final String OLD = "jangbu_ledger_old";

    @BeforeEach
    void givenAnEmptyDatabase() {
        LedgerDatabase.create(OLD);
    }

    @AfterEach
    void drop() {
        LedgerDatabase.asSuperuser("DROP DATABASE " + OLD + " WITH (FORCE)");
    }

    @Test
    void linesWithoutBookNumberAndTimeGetThoseOfTheirJournal() throws SQLException {
        Flyway.configure()
                .dataSource(Database.url(LedgerDatabase.address(), OLD), LedgerDatabase.OWNER, LedgerDatabase.PASSWORD)
                .target("3")
                .load()
                .migrate();
        Entry entry = TestEntries.payment("a");
        byte[] hash = JournalHash.of(JournalHash.genesis(), 0, 1, entry);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO books (book) VALUES (0)");
            statement.execute(
                    "INSERT INTO accounts VALUES ('psp:toss:receivable', 'ASSET'), ('platform:fees', 'REVENUE'),"
                            + " ('seller:a:payable', 'LIABILITY')");
            int lineNo = 0;
            for (Line line : entry.lines()) {
                statement.execute("INSERT INTO lines VALUES ('%s', %d, 3, '%s', '%s', %d, 'KRW')"
                        .formatted(entry.settlementId(), ++lineNo, line.account(), line.side(), line.amountMinor()));
            }
            statement.execute("INSERT INTO balances VALUES (0, 'platform:fees', 'KRW', 0, 600)");
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO journals VALUES (?, 0, 1, 'a:KRW', 1, 'PAYMENT', ?, 1, 'KRW', 3, 11400,
                        ?::timestamptz, ?::timestamptz, now(), ?)""")) {
                insert.setObject(1, entry.settlementId());
                insert.setObject(2, entry.referenceId());
                insert.setString(3, entry.occurredAt().toString());
                insert.setString(4, entry.recordedAt().toString());
                insert.setBytes(5, hash);
                insert.executeUpdate();
            }
            connection.commit();
        }

        new Migrations(LedgerDatabase.address(), OLD, LedgerDatabase.PASSWORD).run();

        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            assertThat(text(statement, """
                    SELECT count(*) FROM lines l JOIN journals j ON j.settlement_id = l.settlement_id
                    WHERE (l.book, l.no, l.recorded_at) = (j.book, j.no, j.recorded_at)""")).isEqualTo("3");
            assertThat(text(statement, "SELECT encode(computed, 'hex') FROM journal_hashes WHERE stored = computed"))
                    .isEqualTo(HexFormat.of().formatHex(hash));
            assertThat(text(statement, "SELECT credits FROM balances")).isEqualTo("600");
            assertThat(text(statement, "SELECT tgenabled FROM pg_trigger WHERE tgname = 'lines_stay'"))
                    .as("state of the trigger")
                    .isEqualTo("O");
        }
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                Database.url(LedgerDatabase.address(), OLD), LedgerDatabase.OWNER, LedgerDatabase.PASSWORD);
    }
}
