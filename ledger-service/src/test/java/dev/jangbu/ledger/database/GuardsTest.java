package dev.jangbu.ledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.Side;
import dev.jangbu.ledger.book.Entries;
import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.book.JournalHash;
import dev.jangbu.ledger.book.Line;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule of the book, tried by hand in SQL: as the role that posts, and as the owner of the tables. */
final class GuardsTest {

    private static final byte[] GENESIS = JournalHash.genesis();

    @BeforeEach
    void freshBook() throws SQLException {
        LedgerDatabase.fresh();
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.LEDGER)) {
            execute(connection, "INSERT INTO books (book) VALUES (0), (1)");
            execute(connection, """
                    INSERT INTO accounts (code, kind) VALUES ('psp:toss:receivable', 'ASSET'),
                    ('platform:fees', 'REVENUE'), ('seller:a:payable', 'LIABILITY'), ('seller:b:payable', 'LIABILITY')""");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void balancedJournalsOfAWalletArePosted(String role) throws SQLException {
        Entry first = Entries.payment("a");
        Entry second = Entries.payment("a", 2, 11_400);
        post(role, first, 0, 1, GENESIS);
        post(role, second, 0, 2, JournalHash.of(GENESIS, 0, 1, first));
        assertThat(count("journals")).isEqualTo(2);
        assertThat(count("journal_hashes WHERE stored = computed")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aJournalThatDoesNotBalanceIsRefused(String role) {
        Entry entry =
                Entries.of("a", 1, 11_400, debit("psp:toss:receivable", 12_000), credit("seller:a:payable", 11_400));
        refused("JL002", entry, () -> post(role, entry, 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void sumsBeyondALongStillBalanceOrNot(String role) {
        Entry entry = Entries.of(
                "a",
                1,
                0,
                debit("psp:toss:receivable", Long.MAX_VALUE),
                debit("psp:toss:receivable", Long.MAX_VALUE),
                credit("platform:fees", Long.MAX_VALUE),
                credit("platform:fees", Long.MAX_VALUE - 1));
        refused("JL002", entry, () -> post(role, entry, 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aBalanceBeyondALongIsRefused(String role) throws SQLException {
        String deposit = """
                INSERT INTO balances VALUES (0, 'platform:fees', 'KRW', 0, 9223372036854775807)
                ON CONFLICT (book, account, currency) DO UPDATE SET credits = balances.credits + excluded.credits""";
        try (Connection connection = LedgerDatabase.connect(role)) {
            execute(connection, deposit);
            refused("22003", () -> execute(connection, deposit));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aJournalWithoutLinesOrWithOneIsRefused(String role) {
        Entry empty = Entries.of("a", 1, 0);
        refused("JL001", empty, () -> post(role, empty, 0, 1, GENESIS));
        Entry oneLine = Entries.of("a", 1, 5, credit("seller:a:payable", 5));
        refused("JL001", oneLine, () -> post(role, oneLine, 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void linesWithoutAJournalAreRefusedAtCommit(String role) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(role)) {
            connection.setAutoCommit(false);
            insertLines(connection, Entries.payment("a"), "KRW");
            refused("23503", connection::commit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aLineInAnotherCurrencyIsRefused(String role) throws SQLException {
        Entry entry = Entries.payment("a");
        try (Connection connection = LedgerDatabase.connect(role)) {
            connection.setAutoCommit(false);
            insertLines(connection, entry, "USD");
            refused("JL003", entry, () -> insertJournal(connection, entry, 0, 1, GENESIS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aLineOfNothingOrLessIsRefused(String role) {
        for (long amount : new long[] {0, -5}) {
            Entry entry = Entries.of(
                    "a", 1, amount, debit("psp:toss:receivable", amount), credit("seller:a:payable", amount));
            refused("23514", () -> post(role, entry, 0, 1, GENESIS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aLineOnAnUnknownAccountIsRefused(String role) {
        Entry entry = Entries.payment("nobody");
        refused("JL010", entry, () -> post(role, entry, 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aGapInAWalletsVersionsIsRefused(String role) throws SQLException {
        Entry first = Entries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry third = Entries.payment("a", 3, 11_400);
        refused("JL004", third, () -> post(role, third, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aWalletsNextVersionInAnotherBookIsRefused(String role) throws SQLException {
        post(role, Entries.payment("a"), 0, 1, GENESIS);
        Entry second = Entries.payment("a", 2, 11_400);
        refused("JL004", second, () -> post(role, second, 1, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aVersionOfAWalletIsPostedOnce(String role) throws SQLException {
        Entry first = Entries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry again = Entries.payment("a");
        refused("23505", () -> post(role, again, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aWalletsBalanceMustFollow(String role) throws SQLException {
        Entry wrongStart = Entries.payment("b", 1, 1);
        refused("JL005", wrongStart, () -> post(role, wrongStart, 0, 1, GENESIS));
        Entry first = Entries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry wrongSum = Entries.payment("a", 2, 11_401);
        refused("JL005", wrongSum, () -> post(role, wrongSum, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aPaymentThatIsAllFeeLeavesTheWalletsBalance(String role) throws SQLException {
        Entry allFee = Entries.of("a", 1, 0, debit("psp:toss:receivable", 70), credit("platform:fees", 70));
        post(role, allFee, 0, 1, GENESIS);
        assertThat(count("journals")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aGapInABooksNumbersIsRefused(String role) throws SQLException {
        Entry first = Entries.payment("a");
        refused("JL006", first, () -> post(role, first, 0, 2, GENESIS));
        post(role, first, 0, 1, GENESIS);
        Entry third = Entries.payment("b");
        refused("JL006", third, () -> post(role, third, 0, 3, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aNumberIsGivenOnce(String role) throws SQLException {
        post(role, Entries.payment("a"), 0, 1, GENESIS);
        refused("23505", () -> post(role, Entries.payment("b"), 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aHashThatDoesNotFollowIsRefused(String role) throws SQLException {
        Entry first = Entries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry second = Entries.payment("b");
        refused("JL009", second, () -> post(role, second, 0, 2, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aSettlementIsPostedOnce(String role) throws SQLException {
        Entry first = Entries.payment("a");
        post(role, first, 0, 1, GENESIS);
        refused("23505", () -> post(role, first, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void aLineThatComesAfterItsJournalIsRefused(String role) throws SQLException {
        Entry first = Entries.payment("a");
        post(role, first, 0, 1, GENESIS);
        try (Connection connection = LedgerDatabase.connect(role)) {
            refused("JL007", first, () -> execute(connection, """
                    INSERT INTO lines VALUES ('%s', 4, 4, 'platform:fees', 'DEBIT', 1, 'KRW')""".formatted(first.settlementId())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void linesThatWereInsertedBesideTheirJournalUnseenAreRefusedAtCommit(String role) throws SQLException {
        Entry entry = Entries.payment("a");
        try (Connection beside = LedgerDatabase.connect(role)) {
            beside.setAutoCommit(false);
            // given two lines that balance, for a journal that is not there yet
            execute(beside, """
                    INSERT INTO lines VALUES ('%1$s', 4, 5, 'platform:fees', 'DEBIT', 1, 'KRW'),
                                             ('%1$s', 5, 5, 'platform:fees', 'CREDIT', 1, 'KRW')""".formatted(entry.settlementId()));
            // when another transaction posts that journal with its own lines
            post(role, entry, 0, 1, GENESIS);
            // then the first cannot commit
            refused("23503", beside::commit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void whatIsWrittenCannotBeEditedDeletedOrTruncated(String role) throws SQLException {
        post(role, Entries.payment("a"), 0, 1, GENESIS);
        String expected = role.equals(LedgerDatabase.OWNER) ? "JL008" : "42501";
        try (Connection connection = LedgerDatabase.connect(role)) {
            for (String change : new String[] {
                "UPDATE journals SET balance_after = 0",
                "UPDATE lines SET amount = amount + 1",
                "DELETE FROM lines",
                "DELETE FROM journals",
                "TRUNCATE lines",
                "TRUNCATE journals, lines",
                "TRUNCATE journals CASCADE",
                "UPDATE accounts SET kind = 'ASSET'",
                "DELETE FROM accounts",
                "DELETE FROM books",
                "TRUNCATE books CASCADE"
            }) {
                refused(expected, () -> execute(connection, change));
            }
        }
        assertThat(count("journals")).isEqualTo(1);
        assertThat(count("lines")).isEqualTo(3);
    }

    @Test
    void aTemporaryTableCannotStandInForTheBook() throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.LEDGER)) {
            refused("42501", () -> execute(connection, "CREATE TEMPORARY TABLE journals (hash bytea)"));
        }
        Entry third = Entries.payment("a", 3, 0);
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.OWNER)) {
            execute(connection, "CREATE TEMPORARY TABLE journals AS SELECT * FROM journals");
            execute(connection, """
                    INSERT INTO pg_temp.journals (wallet_id, wallet_version, book, balance_after, settlement_id)
                    VALUES ('a:KRW', 2, 0, 0, gen_random_uuid())""");
            connection.setAutoCommit(false);
            execute(connection, "SET search_path = public, pg_temp");
            insertLines(connection, third, "KRW");
            execute(connection, "SET search_path = pg_temp, public");
            refused("JL004", third, () -> insertJournal(connection, third, 0, 1, GENESIS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, LedgerDatabase.OWNER})
    void theHeadOfABookIsItsLastJournalAndItsOffsetNeverGoesBack(String role) throws SQLException {
        Entry first = Entries.payment("a");
        post(role, first, 0, 1, GENESIS);
        String hash = "hash FROM journals";
        try (Connection connection = LedgerDatabase.connect(role)) {
            execute(
                    connection,
                    "UPDATE books SET next_offset = 7, last_no = 1, head_hash = (SELECT " + hash + ") WHERE book = 0");
            for (String change : new String[] {
                "UPDATE books SET next_offset = 6 WHERE book = 0",
                "UPDATE books SET last_no = 0, head_hash = decode(repeat('00', 32), 'hex') WHERE book = 0",
                "UPDATE books SET last_no = 2 WHERE book = 0",
                "UPDATE books SET head_hash = sha256('x') WHERE book = 0"
            }) {
                refused("JL011", () -> execute(connection, change));
            }
        }
    }

    @Test
    void theAuditorReadsAndCannotWrite() throws SQLException {
        post(LedgerDatabase.LEDGER, Entries.payment("a"), 0, 1, GENESIS);
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT)) {
            for (String table : new String[] {"accounts", "books", "journals", "lines", "balances", "journal_hashes"}) {
                execute(connection, "SELECT * FROM " + table);
            }
            for (String change : new String[] {
                "INSERT INTO books (book) VALUES (7)", "UPDATE books SET next_offset = 9", "DELETE FROM balances"
            }) {
                refused("42501", () -> execute(connection, change));
            }
        }
    }

    private static Line debit(String account, long amount) {
        return new Line(account, Side.DEBIT, amount);
    }

    private static Line credit(String account, long amount) {
        return new Line(account, Side.CREDIT, amount);
    }

    private static void post(String role, Entry entry, int book, long no, byte[] previous) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(role)) {
            connection.setAutoCommit(false);
            insertLines(connection, entry, "KRW");
            insertJournal(connection, entry, book, no, previous);
            connection.commit();
        }
    }

    private static void insertLines(Connection connection, Entry entry, String currency) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO public.lines VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            int lineNo = 0;
            for (Line line : entry.lines()) {
                insert.setObject(1, entry.settlementId());
                insert.setInt(2, ++lineNo);
                insert.setInt(3, entry.lines().size());
                insert.setString(4, line.account());
                insert.setString(5, line.side().name());
                insert.setLong(6, line.amountMinor());
                insert.setString(7, currency);
                insert.executeUpdate();
            }
        }
    }

    private static void insertJournal(Connection connection, Entry entry, int book, long no, byte[] previous)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO public.journals (settlement_id, book, no, wallet_id, wallet_version, kind, reference_id,
                    reference_parts, currency, line_count, balance_after, occurred_at, recorded_at, posted_at, hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, now(), ?)""")) {
            insert.setObject(1, entry.settlementId());
            insert.setInt(2, book);
            insert.setLong(3, no);
            insert.setString(4, entry.walletId());
            insert.setLong(5, entry.walletVersion());
            insert.setString(6, entry.kind().name());
            insert.setObject(7, entry.referenceId());
            insert.setInt(8, entry.referenceParts());
            insert.setString(9, entry.currency());
            insert.setInt(10, entry.lines().size());
            insert.setLong(11, entry.balanceAfterMinor());
            insert.setString(12, entry.occurredAt().toString());
            insert.setString(13, entry.recordedAt().toString());
            insert.setBytes(14, JournalHash.of(previous, book, no, entry));
            insert.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(String from) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + from)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Refused with that SQLSTATE, in a message that names the settlement. */
    private static void refused(String sqlState, Entry entry, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState))
                .hasMessageContaining(entry.settlementId().toString());
    }

    private static void refused(String sqlState, ThrowingCallable attempt) {
        assertThatThrownBy(attempt).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .as(e.getMessage())
                .isEqualTo(sqlState));
    }
}
