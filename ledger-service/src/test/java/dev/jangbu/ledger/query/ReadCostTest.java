package dev.jangbu.ledger.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.RandomEntries;
import dev.jangbu.ledger.posting.BookFiller;
import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The cost of the reads with 200,000 journals, in pages of 8 KiB that PostgreSQL accesses: unlike times, it does not
 * depend on the machine. Only balances at any point in time may grow with the ledger.
 */
@Tag("proof")
final class ReadCostTest {

    private static final int ENTRIES = 200_000;
    private static final int STEP = 20_000;
    private static final int RUNS = 21;

    private static final RandomEntries HISTORY = new RandomEntries(1, 4, 2_000);
    private static Instant first;
    private static Instant last;
    private static Entry some;
    private static Connection connection;

    @BeforeAll
    static void givenALargeLedger() throws SQLException {
        LedgerDatabase.fresh();
        try (BookFiller books = new BookFiller()) {
            for (int done = 0; done < ENTRIES; done += STEP) {
                List<Entry> entries = HISTORY.next(STEP);
                books.post(entries, HISTORY::book);
                first = first == null ? entries.getFirst().recordedAt() : first;
                last = entries.getLast().recordedAt();
                some = entries.get(STEP / 2);
            }
        }
        try (Connection superuser = LedgerDatabase.connect(TestPostgres.SUPERUSER);
                Statement statement = superuser.createStatement()) {
            statement.execute("VACUUM ANALYZE");
        }
        connection = LedgerDatabase.connect(LedgerDatabase.LEDGER);
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @Test
    void readsAccessFewPages() throws SQLException {
        JdbcClient jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
        Accounts accounts = new Accounts(jdbc, Clock.systemUTC());
        AccountLines lines = new AccountLines(jdbc);
        Journals journals = new Journals(jdbc);
        TrialBalances trialBalances = new TrialBalances(jdbc, Clock.systemUTC());
        WalletStatement statement = new WalletStatement(jdbc);
        Account fees = accounts.find("platform:fees", "KRW", null);
        Random random = new Random(1);
        Duration span = Duration.between(first, last);
        String deep = cursorAfter(lines, fees, 50);
        String seller = some.walletId().substring(0, some.walletId().indexOf(':'));

        measure("accounts, a page", 1_000, () -> accounts.page(100, null));
        measure("an account now", 100, () -> accounts.find("platform:fees", "KRW", null));
        measure(
                "an account of a seller at any time",
                200,
                () -> accounts.find(
                        "seller:" + seller + ":payable", "KRW", first.plusSeconds(random.nextLong(span.toSeconds()))));
        measure(
                "the busiest account an hour ago",
                200,
                () -> accounts.find("platform:fees", "KRW", last.minusSeconds(3_600)));
        measure(
                "the busiest account at any time",
                2_000,
                () -> accounts.find("platform:fees", "KRW", first.plusSeconds(random.nextLong(span.toSeconds()))));
        measure("the busiest account's lines, first page", 1_000, () -> lines.page(fees, 100, null));
        measure("its lines, 5,000 further down", 1_000, () -> lines.page(fees, 100, deep));
        measure("a journal", 50, () -> journals.find(some.settlementId().toString()));
        measure("a seller's statement", 2_000, () -> statement.page(seller, "KRW", 100, null));
        measure("trial balance now", 2_000, () -> trialBalances.at(null));
        measure("trial balance a day ago", 4_000, () -> trialBalances.at(last.minusSeconds(86_400)));
        measure(
                "trial balance at any time",
                6_000,
                () -> trialBalances.at(first.plusSeconds(random.nextLong(span.toSeconds()))));
    }

    private static String cursorAfter(AccountLines lines, Account account, int pages) {
        String cursor = null;
        for (int i = 0; i < pages; i++) {
            cursor = lines.page(account, 100, cursor).nextCursor();
        }
        return cursor;
    }

    /** Checks the average number of pages that a read accesses. */
    private static void measure(String read, long maxPages, Runnable run) throws SQLException {
        run.run(); // reads catalogs and plans
        long before = accessedPages();
        for (int i = 0; i < RUNS; i++) {
            run.run();
        }
        long pages = (accessedPages() - before) / RUNS;
        System.out.printf("%-42s %,9d pages, at most %,9d%n", read, pages, maxPages);
        assertThat(pages).as(read).isPositive().isLessThanOrEqualTo(maxPages);
    }

    /** The pages of tables and indexes that all sessions have accessed so far, in memory or on disk. */
    private static long accessedPages() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_stat_force_next_flush()");
        }
        return number("""
                SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0))
                FROM pg_statio_user_tables""");
    }

    private static long number(String query) throws SQLException {
        try (Connection superuser = LedgerDatabase.connect(TestPostgres.SUPERUSER);
                Statement statement = superuser.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
