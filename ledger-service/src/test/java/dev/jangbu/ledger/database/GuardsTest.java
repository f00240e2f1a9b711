package dev.jangbu.ledger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.Side;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule of the ledger, tested in SQL: as the role that posts, as the tables' owner and as superuser. */
final class GuardsTest {

    private static final byte[] GENESIS = JournalHash.genesis();
    private static final String[] READABLE = {
        "accounts", "books", "journals", "lines", "balances", "journal_hashes", "journals_with_lines"
    };

    @BeforeAll
    static void migrated() {
        LedgerDatabase.fresh();
    }

    @BeforeEach
    void emptyLedger() throws SQLException {
        LedgerDatabase.empty();
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.LEDGER)) {
            execute(connection, "INSERT INTO books (book) VALUES (0), (1)");
            execute(connection, """
                    INSERT INTO accounts (code, kind) VALUES ('psp:toss:receivable', 'ASSET'),
                    ('platform:fees', 'REVENUE'), ('seller:a:payable', 'LIABILITY'), ('seller:b:payable', 'LIABILITY')""");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void balancedJournalsOfAWalletArePosted(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        Entry second = TestEntries.payment("a", 2, 11_400);
        post(role, first, 0, 1, GENESIS);
        post(role, second, 0, 2, JournalHash.of(GENESIS, 0, 1, first));
        assertThat(count("journals")).isEqualTo(2);
        assertThat(count("journal_hashes WHERE stored = computed")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aJournalThatDoesNotBalanceIsRefused(String role) {
        Entry entry = TestEntries.of(
                "a", 1, 11_400, debit("psp:toss:receivable", 12_000), credit("seller:a:payable", 11_400));
        refused("JL002", entry, () -> post(role, entry, 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void unbalancedSumsAboveLongMaxValueAreRefused(String role) {
        Entry entry = TestEntries.of(
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
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void balancesAboveLongMaxValueAreExact(String role) throws SQLException {
        String deposit = """
                INSERT INTO balances VALUES (0, 'platform:fees', 'KRW', 0, 9223372036854775807)
                ON CONFLICT (book, account, currency) DO UPDATE SET credits = balances.credits + excluded.credits""";
        try (Connection connection = LedgerDatabase.connect(role)) {
            execute(connection, deposit);
            execute(connection, deposit);
        }
        assertThat(count("balances WHERE credits = 18446744073709551614")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void amountsAndWalletsAboveLongMaxValueAreRefused(String role) throws SQLException {
        Entry first = TestEntries.of(
                "a",
                1,
                Long.MAX_VALUE,
                debit("psp:toss:receivable", Long.MAX_VALUE),
                credit("seller:a:payable", Long.MAX_VALUE));
        post(role, first, 0, 1, GENESIS);
        // Long.MAX_VALUE + 1 overflows to Long.MIN_VALUE.
        Entry wrapped =
                TestEntries.of("a", 2, Long.MIN_VALUE, debit("psp:toss:receivable", 1), credit("seller:a:payable", 1));
        refused("JL005", wrapped, () -> post(role, wrapped, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
        try (Connection connection = LedgerDatabase.connect(role)) {
            refused("22003", () -> execute(connection, """
                    INSERT INTO lines VALUES ('%s', 1, 2, 'platform:fees', 'DEBIT', 9223372036854775808, 'KRW', 0, 2, now())""".formatted(wrapped.settlementId())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void balancesCannotShrinkOrBeDeleted(String role) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(role)) {
            execute(connection, "INSERT INTO balances VALUES (0, 'platform:fees', 'KRW', 5, 9)");
            execute(connection, "UPDATE balances SET debits = debits + 1");
            for (String change : new String[] {
                "UPDATE balances SET debits = debits - 1",
                "UPDATE balances SET credits = 0",
                "UPDATE balances SET account = 'platform:payouts'",
                "UPDATE balances SET book = 1"
            }) {
                refused("JL008", () -> execute(connection, change));
            }
            String expected = role.equals(LedgerDatabase.LEDGER) ? "42501" : "JL008";
            refused(expected, () -> execute(connection, "DELETE FROM balances"));
            refused(expected, () -> execute(connection, "TRUNCATE balances"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aSettlementCannotBePostedWithOtherContent(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry other = new Entry(
                first.settlementId(),
                first.kind(),
                first.referenceId(),
                first.referenceParts(),
                first.part(),
                first.currency(),
                List.of(debit("psp:toss:receivable", 7), credit("seller:b:payable", 7)),
                "b:KRW",
                7,
                1,
                first.occurredAt(),
                first.recordedAt());
        refused("23505", () -> post(role, other, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
        // Nor as a journal without its lines.
        try (Connection connection = LedgerDatabase.connect(role)) {
            refused("23505", () -> insertJournal(connection, other, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aPartOfAReferenceIsPostedOnceAndWithinTheParts(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        byte[] head = JournalHash.of(GENESIS, 0, 1, first);

        Entry again = withPart(TestEntries.payment("b"), first.referenceId(), 1);
        refused("23505", () -> post(role, again, 0, 2, head));
        Entry beyond = withPart(TestEntries.payment("b"), first.referenceId(), 2);
        refused("23514", () -> post(role, beyond, 0, 2, head));
        // Entries of before the field have no part.
        post(role, withPart(TestEntries.payment("b"), first.referenceId(), null), 0, 2, head);
    }

    private static Entry withPart(Entry entry, UUID referenceId, @Nullable Integer part) {
        return new Entry(
                entry.settlementId(),
                entry.kind(),
                referenceId,
                entry.referenceParts(),
                part,
                entry.currency(),
                entry.lines(),
                entry.walletId(),
                entry.balanceAfterMinor(),
                entry.walletVersion(),
                entry.occurredAt(),
                entry.recordedAt());
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aLineWithAnotherBookNumberOrTimeThanItsJournalIsRefused(String role) throws SQLException {
        Entry entry = TestEntries.payment("a");
        for (String elsewhere : new String[] {"book", "no", "recordedAt"}) {
            try (Connection connection = LedgerDatabase.connect(role)) {
                connection.setAutoCommit(false);
                insertLines(connection, entry, elsewhere.equals("book") ? 1 : 0, elsewhere.equals("no") ? 2 : 1, "KRW");
                Entry journal = elsewhere.equals("recordedAt")
                        ? new Entry(
                                entry.settlementId(),
                                entry.kind(),
                                entry.referenceId(),
                                entry.referenceParts(),
                                entry.part(),
                                entry.currency(),
                                entry.lines(),
                                entry.walletId(),
                                entry.balanceAfterMinor(),
                                entry.walletVersion(),
                                entry.occurredAt(),
                                entry.recordedAt().plusSeconds(1))
                        : entry;
                refused("JL012", entry, () -> insertJournal(connection, journal, 0, 1, GENESIS));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aJournalOfAnUnknownBookIsRefused(String role) {
        Entry entry = TestEntries.payment("a");
        refused("JL013", () -> post(role, entry, 2, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aJournalWithoutLinesOrWithOneIsRefused(String role) {
        Entry empty = TestEntries.of("a", 1, 0);
        refused("JL001", empty, () -> post(role, empty, 0, 1, GENESIS));
        Entry oneLine = TestEntries.of("a", 1, 5, credit("seller:a:payable", 5));
        refused("JL001", oneLine, () -> post(role, oneLine, 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void linesWithoutAJournalAreRefusedAtCommit(String role) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(role)) {
            connection.setAutoCommit(false);
            insertLines(connection, TestEntries.payment("a"), 0, 1, "KRW");
            refused("23503", connection::commit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aLineInAnotherCurrencyIsRefused(String role) throws SQLException {
        Entry entry = TestEntries.payment("a");
        try (Connection connection = LedgerDatabase.connect(role)) {
            connection.setAutoCommit(false);
            insertLines(connection, entry, 0, 1, "USD");
            refused("JL003", entry, () -> insertJournal(connection, entry, 0, 1, GENESIS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aLineOfZeroOrLessIsRefused(String role) {
        for (long amount : new long[] {0, -5}) {
            Entry entry = TestEntries.of(
                    "a", 1, amount, debit("psp:toss:receivable", amount), credit("seller:a:payable", amount));
            refused("23514", () -> post(role, entry, 0, 1, GENESIS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aLineOnAnUnknownAccountIsRefused(String role) {
        Entry entry = TestEntries.payment("unknown");
        refused("JL010", entry, () -> post(role, entry, 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aGapInAWalletsVersionsIsRefused(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry third = TestEntries.payment("a", 3, 11_400);
        refused("JL004", third, () -> post(role, third, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aWalletsNextVersionInAnotherBookIsRefused(String role) throws SQLException {
        post(role, TestEntries.payment("a"), 0, 1, GENESIS);
        Entry second = TestEntries.payment("a", 2, 11_400);
        refused("JL004", second, () -> post(role, second, 1, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aRepeatedWalletVersionIsRefused(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry again = TestEntries.payment("a");
        refused("23505", () -> post(role, again, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aWrongWalletBalanceIsRefused(String role) throws SQLException {
        Entry wrongStart = TestEntries.payment("b", 1, 1);
        refused("JL005", wrongStart, () -> post(role, wrongStart, 0, 1, GENESIS));
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry wrongSum = TestEntries.payment("a", 2, 11_401);
        refused("JL005", wrongSum, () -> post(role, wrongSum, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aPaymentThatIsAllFeeKeepsTheWalletsBalance(String role) throws SQLException {
        Entry allFee = TestEntries.of("a", 1, 0, debit("psp:toss:receivable", 70), credit("platform:fees", 70));
        post(role, allFee, 0, 1, GENESIS);
        assertThat(count("journals")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aGapInABooksNumbersIsRefused(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        refused("JL006", first, () -> post(role, first, 0, 2, GENESIS));
        post(role, first, 0, 1, GENESIS);
        Entry third = TestEntries.payment("b");
        refused("JL006", third, () -> post(role, third, 0, 3, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aRepeatedNumberIsRefused(String role) throws SQLException {
        post(role, TestEntries.payment("a"), 0, 1, GENESIS);
        refused("23505", () -> post(role, TestEntries.payment("b"), 0, 1, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aWrongHashIsRefused(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        Entry second = TestEntries.payment("b");
        refused("JL009", second, () -> post(role, second, 0, 2, GENESIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aRepeatedSettlementIsRefused(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        refused("23505", () -> post(role, first, 0, 2, JournalHash.of(GENESIS, 0, 1, first)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aLineAfterItsJournalIsRefused(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
        post(role, first, 0, 1, GENESIS);
        try (Connection connection = LedgerDatabase.connect(role)) {
            refused("JL007", first, () -> execute(connection, """
                    INSERT INTO lines VALUES ('%s', 4, 4, 'platform:fees', 'DEBIT', 1, 'KRW', 0, 1, now())""".formatted(first.settlementId())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void linesInsertedConcurrentlyWithTheirJournalAreRefusedAtCommit(String role) throws SQLException {
        Entry entry = TestEntries.payment("a");
        try (Connection concurrent = LedgerDatabase.connect(role)) {
            concurrent.setAutoCommit(false);
            // Given two balanced lines of a journal that does not exist yet,
            execute(concurrent, """
                    INSERT INTO lines VALUES ('%1$s', 4, 5, 'platform:fees', 'DEBIT', 1, 'KRW', 0, 1, now()),
                                             ('%1$s', 5, 5, 'platform:fees', 'CREDIT', 1, 'KRW', 0, 1, now())""".formatted(entry.settlementId()));
            // when another transaction posts the journal with its own lines,
            post(role, entry, 0, 1, GENESIS);
            // then the first transaction cannot commit.
            refused("23503", concurrent::commit);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void postedRowsCannotBeUpdatedDeletedOrTruncated(String role) throws SQLException {
        post(role, TestEntries.payment("a"), 0, 1, GENESIS);
        String expected = role.equals(LedgerDatabase.LEDGER) ? "42501" : "JL008";
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
    void aTemporaryTableCannotShadowTheLedger() throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.LEDGER)) {
            refused("42501", () -> execute(connection, "CREATE TEMPORARY TABLE journals (hash bytea)"));
        }
        Entry third = TestEntries.payment("a", 3, 0);
        try (Connection connection = LedgerDatabase.connect(TestPostgres.OWNER)) {
            execute(connection, "CREATE TEMPORARY TABLE journals AS SELECT * FROM journals");
            execute(connection, """
                    INSERT INTO pg_temp.journals (wallet_id, wallet_version, book, balance_after, settlement_id)
                    VALUES ('a:KRW', 2, 0, 0, gen_random_uuid())""");
            connection.setAutoCommit(false);
            execute(connection, "SET search_path = public, pg_temp");
            insertLines(connection, third, 0, 1, "KRW");
            execute(connection, "SET search_path = pg_temp, public");
            refused("JL004", third, () -> insertJournal(connection, third, 0, 1, GENESIS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LedgerDatabase.LEDGER, TestPostgres.OWNER, TestPostgres.SUPERUSER})
    void aHeadOtherThanTheLastJournalOrALowerOffsetIsRefused(String role) throws SQLException {
        Entry first = TestEntries.payment("a");
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
    void theAuditRoleReadsAndCannotWrite() throws SQLException {
        post(LedgerDatabase.LEDGER, TestEntries.payment("a"), 0, 1, GENESIS);
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT)) {
            for (String table : READABLE) {
                execute(connection, "SELECT * FROM " + table);
            }
            for (String change : new String[] {
                "INSERT INTO books (book) VALUES (7)", "UPDATE books SET next_offset = 9", "DELETE FROM balances"
            }) {
                refused("42501", () -> execute(connection, change));
            }
        }
    }

    @Test
    void eachRoleHasExactlyItsPrivileges() throws SQLException {
        Map<String, String> privileges = new TreeMap<>();
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT r.rolname || ' ' || c.relname AS role_and_table, string_agg(p.privilege, ' ' ORDER BY p.privilege) AS privileges
                        FROM pg_roles r
                        CROSS JOIN pg_class c
                        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES'])
                            AS p (privilege)
                        WHERE r.rolname LIKE 'jangbu\\_%' AND r.rolname <> 'jangbu_owner'
                          AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
                          AND has_table_privilege(r.rolname, c.oid, p.privilege)
                        GROUP BY r.rolname, c.relname""")) {
            while (rows.next()) {
                privileges.put(rows.getString("role_and_table"), rows.getString("privileges"));
            }
        }
        Map<String, String> expected = new TreeMap<>(Map.of(
                "jangbu_ledger accounts", "INSERT SELECT",
                "jangbu_ledger journals", "INSERT SELECT",
                "jangbu_ledger lines", "INSERT SELECT",
                "jangbu_ledger balances", "INSERT SELECT UPDATE",
                "jangbu_ledger books", "INSERT SELECT UPDATE",
                "jangbu_ledger journal_hashes", "SELECT",
                "jangbu_ledger journals_with_lines", "SELECT"));
        for (String read : READABLE) {
            expected.put("jangbu_audit " + read, "SELECT");
        }
        assertThat(privileges).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jangbu_payment", "jangbu_cdc", "jangbu_maintenance", "jangbu_registry"})
    void otherRolesCannotConnect(String role) {
        refused("42501", () -> LedgerDatabase.connect(role).close());
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
            insertLines(connection, entry, book, no, "KRW");
            insertJournal(connection, entry, book, no, previous);
            connection.commit();
        }
    }

    private static void insertLines(Connection connection, Entry entry, int book, long no, String currency)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO public.lines
                    (settlement_id, line_no, line_count, account, side, amount, currency, book, no, recorded_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz)""")) {
            int lineNo = 0;
            for (Line line : entry.lines()) {
                insert.setObject(1, entry.settlementId());
                insert.setInt(2, ++lineNo);
                insert.setInt(3, entry.lines().size());
                insert.setString(4, line.account());
                insert.setString(5, line.side().name());
                insert.setLong(6, line.amountMinor());
                insert.setString(7, currency);
                insert.setInt(8, book);
                insert.setLong(9, no);
                insert.setString(10, entry.recordedAt().toString());
                insert.executeUpdate();
            }
        }
    }

    private static void insertJournal(Connection connection, Entry entry, int book, long no, byte[] previous)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO public.journals (settlement_id, book, no, wallet_id, wallet_version, kind, reference_id,
                    reference_parts, currency, line_count, balance_after, occurred_at, recorded_at, posted_at, hash, part)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, now(), ?, ?)""")) {
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
            insert.setObject(15, entry.part());
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

    /** Refused with the SQLSTATE, and a message that names the settlement. */
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
