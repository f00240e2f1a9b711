package dev.jangbu.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.JournalReader;
import dev.jangbu.ledger.journal.RandomEntries;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.ledger.posting.TestLedger;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands on a ledger posted through Kafka, intact and tampered with. */
final class LedgerCommandsTest {

    private static final int BOOKS = 3;
    private static final int COUNT = 600;
    private static final String REBUILT = "jangbu_ledger_rebuilt";

    private static final RandomEntries ENTRIES = new RandomEntries(4711, BOOKS, 30);

    @BeforeAll
    static void givenAPostedLedger() throws Exception {
        TestLedger.fresh(BOOKS);
        TestLedger.send(ENTRIES.next(COUNT), BOOKS);
        try (AutoCloseable posting = TestLedger.start()) {
            TestLedger.awaitPostings(COUNT);
        }
        LedgerDatabase.backUp();
    }

    @BeforeEach
    void restore() {
        LedgerDatabase.restore();
    }

    @AfterEach
    void dropRebuilt() {
        TestPostgres.drop(REBUILT);
    }

    @Test
    void anIntactLedgerHolds() {
        CommandRun verify = run("verify", "--wait", "0");

        assertThat(verify.out()).contains("The ledger holds");
        assertThat(verify.exit()).isZero();
    }

    @Test
    void aLineChangedByASuperuserIsFound() throws SQLException {
        tamper("UPDATE lines SET amount = amount + 1 WHERE book = 1 AND no = 42 AND line_no = 1");

        assertThatVerifyFinds("first at journal 42 of book 1", "its content has the hash");
    }

    @Test
    void aLineChangedWithAllLaterHashesIsFoundByThePostings() throws SQLException {
        tamper("UPDATE lines SET amount = amount + 1 WHERE book = 1 AND no = 42 AND line_no <= 2", """
                UPDATE balances b SET debits = l.debits, credits = l.credits
                FROM (SELECT book, account, currency, coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                             coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                      FROM lines GROUP BY book, account, currency) l
                WHERE (l.book, l.account, l.currency) = (b.book, b.account, b.currency)""");
        recomputeChain(1, 42);
        assertThat(number("SELECT count(*) FROM journal_hashes WHERE stored <> computed"))
                .as("hashes that differ within the database")
                .isZero();

        assertThatVerifyFinds("first at journal 42 of book 1", "was published with the hash");
    }

    @Test
    void eachKindOfTamperingIsFoundAtTheFirstDifferentJournal() throws SQLException {
        tamper("UPDATE journals SET occurred_at = occurred_at - interval '1 day' WHERE book = 0 AND no = 7");
        assertThatVerifyFinds("first at journal 7 of book 0", "its content has the hash");

        LedgerDatabase.restore();
        tamper("UPDATE lines SET recorded_at = recorded_at - interval '1 day' WHERE book = 2 AND no = 3");
        assertThatVerifyFinds("first at journal 3 of book 2", "differ from the journal in number, time or currency");

        LedgerDatabase.restore();
        tamper("DELETE FROM lines WHERE book = 2 AND no = 9");
        assertThatVerifyFinds("first at journal 9 of book 2");

        LedgerDatabase.restore();
        tamper("DELETE FROM lines WHERE book = 0 AND no = 11", "DELETE FROM journals WHERE book = 0 AND no = 11");
        assertThatVerifyFinds("first at journal 11 of book 0", "is missing: after 10 comes 12");

        LedgerDatabase.restore();
        tamper(
                "UPDATE balances SET credits = credits + 5 WHERE book = 1 AND account = 'platform:fees' AND currency = 'KRW'");
        assertThatVerifyFinds("first at book 1", "platform:fees in KRW");
    }

    @Test
    void differencesOutsideOfABookAreFound() throws SQLException {
        tamper("UPDATE accounts SET kind = 'LIABILITY' WHERE code = 'psp:toss:receivable'");
        assertThatVerifyFinds("account psp:toss:receivable is LIABILITY, but by its code it is ASSET");

        LedgerDatabase.restore();
        tamper("UPDATE journals SET book = 7, no = 1 WHERE book = 0 AND no = 5");
        assertThatVerifyFinds(
                "first at journal 5 of book 0", "book 7: 1 journals have this book, which does not exist");

        LedgerDatabase.restore();
        tamper("DELETE FROM journals WHERE book = 0 AND no = 5");
        assertThatVerifyFinds("first at journal 5 of book 0", "which has no journal");
    }

    @Test
    void aTruncatedBookIsFoundByThePostingsOfItsDeletedJournals() throws SQLException {
        long last = number("SELECT last_no FROM books WHERE book = 0");
        tamper(
                "DELETE FROM lines WHERE book = 0 AND no = " + last,
                "DELETE FROM journals WHERE book = 0 AND no = " + last,
                """
                UPDATE books SET last_no = last_no - 1, next_offset = next_offset - 1,
                    head_hash = (SELECT hash FROM journals WHERE book = 0 AND no = books.last_no - 1)
                WHERE book = 0""");

        assertThatVerifyFinds("first at journal " + last + " of book 0", "the book ends at " + (last - 1));
    }

    @Test
    void aForgedJournalThatPassesAllTriggersIsFound() throws SQLException {
        Entry forged = TestEntries.payment("forger");
        long no = number("SELECT last_no FROM books WHERE book = 0") + 1;
        append(forged, no);

        assertThatVerifyFinds("first at journal " + no + " of book 0", "was never published to Kafka");
    }

    @Test
    void aFailedVerificationIsReportedAndIsNoDifference() {
        CommandRun noDatabase = CommandRun.of(CommandRun.installation("127.0.0.1:1", TestBroker.address()), "verify");
        CommandRun noSuchOption = run("verify", "--everything");

        assertThat(noDatabase.err()).contains("failed", "refused").doesNotContain(TestPostgres.PASSWORD);
        assertThat(List.of(noDatabase.exit(), noSuchOption.exit())).containsOnly(2);
    }

    @Test
    void theRebuiltLedgerEqualsTheLiveOneAndNothingIsPublished() throws Exception {
        TestPostgres.create(REBUILT);
        String before = TestLedger.kafkaState();

        CommandRun rebuild = run("rebuild", "--into", REBUILT);

        assertThat(rebuild.out()).contains("600 entries written", "a second", "equals the live one, row by row");
        assertThat(rebuild.exit()).isZero();
        assertThat(TestLedger.kafkaState()).isEqualTo(before);
        assertThat(run("verify", "--wait", "0", "--database", REBUILT).exit())
                .as("exit code of verify on the rebuilt ledger")
                .isZero();
    }

    @Test
    void theRebuildShowsChangesOfTheLiveLedger() throws SQLException {
        TestPostgres.create(REBUILT);
        tamper("UPDATE lines SET amount = amount + 1 WHERE book = 1 AND no = 42 AND line_no <= 2");
        recomputeChain(1, 42);

        CommandRun rebuild = run("rebuild", "--into", REBUILT);

        assertThat(rebuild.out()).contains("differ, first at journal 42 of book 1");
        assertThat(rebuild.exit()).isEqualTo(1);
    }

    @Test
    void aLiveLedgerThatLacksJournalsDiffers() throws SQLException {
        TestPostgres.create(REBUILT);
        LedgerDatabase.fresh();

        CommandRun rebuild = run("rebuild", "--into", REBUILT, "--wait", "0");

        assertThat(rebuild.out()).contains("first at journal 1 of book 0: is not in the live ledger, which ends at 0");
        assertThat(rebuild.exit()).isEqualTo(1);
    }

    @Test
    void aRebuildNeedsAnEmptyDatabase() throws SQLException {
        TestPostgres.create(REBUILT);
        assertThat(run("rebuild", "--into", REBUILT, "--no-compare").exit()).isZero();

        CommandRun again = run("rebuild", "--into", REBUILT);
        CommandRun inUse = run("rebuild", "--into", "jangbu_ledger", "--no-compare");
        CommandRun withItself = run("rebuild", "--into", "jangbu_ledger");
        CommandRun nowhere = run("rebuild", "--into", "nowhere");

        assertThat(again.err()).contains("is not empty");
        assertThat(inUse.err()).contains("is not empty");
        assertThat(List.of(again.exit(), inUse.exit(), withItself.exit(), nowhere.exit()))
                .containsOnly(2);
    }

    private static void assertThatVerifyFinds(String... parts) {
        CommandRun verify = run("verify", "--wait", "0");
        assertThat(verify.out()).contains(parts);
        assertThat(verify.exit()).isEqualTo(1);
    }

    private static CommandRun run(String... args) {
        return CommandRun.of(CommandRun.installation(TestPostgres.address(), TestBroker.address()), args);
    }

    /** Changes rows as the superuser, with triggers and foreign keys disabled. */
    private static void tamper(String... statements) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(TestPostgres.SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            for (String sql : statements) {
                assertThat(statement.executeUpdate(sql)).as(sql).isPositive();
            }
        }
    }

    /** Recomputes all hashes of a book from a journal on. */
    private static void recomputeChain(int book, long from) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(TestPostgres.SUPERUSER);
                Statement statement = connection.createStatement();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE journals SET hash = ? WHERE book = ? AND no = ?")) {
            statement.execute("SET session_replication_role = replica");
            byte[] hash;
            try (ResultSet row = statement.executeQuery(
                    "SELECT hash FROM journals WHERE book = " + book + " AND no = " + (from - 1))) {
                row.next();
                hash = row.getBytes(1);
            }
            List<Entry> entries = new ArrayList<>();
            try (ResultSet row = statement.executeQuery(
                    "SELECT * FROM journals_with_lines WHERE book = " + book + " AND no >= " + from + " ORDER BY no")) {
                while (row.next()) {
                    entries.add(JournalReader.read(row).entry());
                }
            }
            long no = from;
            for (Entry entry : entries) {
                hash = JournalHash.of(hash, book, no, entry);
                update.setBytes(1, hash);
                update.setInt(2, book);
                update.setLong(3, no++);
                update.executeUpdate();
            }
            statement.executeUpdate("UPDATE books SET head_hash = (SELECT hash FROM journals WHERE book = books.book"
                    + " AND no = books.last_no)");
        }
    }

    /** Inserts a journal by SQL, as the role that posts. */
    private static void append(Entry entry, long no) throws SQLException {
        byte[] previous;
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.LEDGER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT head_hash FROM books WHERE book = 0")) {
            row.next();
            previous = row.getBytes(1);
        }
        byte[] hash = JournalHash.of(previous, 0, no, entry);
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.LEDGER);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO accounts VALUES ('seller:forger:payable', 'LIABILITY')");
            int lineNo = 0;
            for (var line : entry.lines()) {
                statement.execute("INSERT INTO lines VALUES ('%s', %d, 3, '%s', '%s', %d, 'KRW', 0, %d, '%s')"
                        .formatted(
                                entry.settlementId(),
                                ++lineNo,
                                line.account(),
                                line.side(),
                                line.amountMinor(),
                                no,
                                entry.recordedAt()));
                statement.execute("""
                        INSERT INTO balances VALUES (0, '%s', 'KRW', %d, %d) ON CONFLICT (book, account, currency) DO UPDATE
                        SET debits = balances.debits + excluded.debits, credits = balances.credits + excluded.credits""".formatted(
                                line.account(),
                                line.side().name().equals("DEBIT") ? line.amountMinor() : 0,
                                line.side().name().equals("CREDIT") ? line.amountMinor() : 0));
            }
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO journals VALUES (?, 0, ?, ?, 1, 'PAYMENT', ?, 1, 1, 'KRW', 3, ?, ?::timestamptz, ?::timestamptz, now(), ?)""")) {
                insert.setObject(1, entry.settlementId());
                insert.setLong(2, no);
                insert.setString(3, entry.walletId());
                insert.setObject(4, entry.referenceId());
                insert.setLong(5, entry.balanceAfterMinor());
                insert.setString(6, entry.occurredAt().toString());
                insert.setString(7, entry.recordedAt().toString());
                insert.setBytes(8, hash);
                insert.executeUpdate();
            }
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE books SET last_no = last_no + 1, next_offset = next_offset + 1, head_hash = ? WHERE book = 0")) {
                update.setBytes(1, hash);
                update.executeUpdate();
            }
            connection.commit();
        }
    }

    private static long number(String query) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
