package dev.jangbu.ledger.query;

import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.RandomEntries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.posting.BookFiller;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long the reads take on a book of 200,000 journals: none but the trial balance of a time may grow with it. */
@Tag("proof")
final class ReadCostTest {

    private static final int ENTRIES = 200_000;
    private static final int STEP = 20_000;
    private static final int RUNS = 21;

    private static final RandomEntries HISTORY = new RandomEntries(1, 4, 2_000);
    private static Instant first;
    private static Instant last;
    private static Entry some;

    @BeforeAll
    static void givenALargeBook() throws SQLException {
        LedgerDatabase.fresh();
        long begin = System.nanoTime();
        try (BookFiller books = new BookFiller()) {
            for (int done = 0; done < ENTRIES; done += STEP) {
                List<Entry> entries = HISTORY.next(STEP);
                books.post(entries, HISTORY::book);
                first = first == null ? entries.getFirst().recordedAt() : first;
                last = entries.getLast().recordedAt();
                some = entries.get(STEP / 2);
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.printf(
                "%,d entries in %,d s: %,d a second%n", ENTRIES, took.toSeconds(), ENTRIES / took.toSeconds());
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.SUPERUSER);
                Statement statement = connection.createStatement()) {
            statement.execute("VACUUM ANALYZE");
        }
    }

    @Test
    void readsAreFast() {
        try (Database database = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD, 1)) {
            JdbcClient jdbc = JdbcClient.create(database.forReading());
            Accounts accounts = new Accounts(jdbc, Clock.systemUTC());
            AccountLines lines = new AccountLines(jdbc);
            Journals journals = new Journals(jdbc);
            TrialBalances trial = new TrialBalances(jdbc, Clock.systemUTC());
            WalletStatement statement = new WalletStatement(jdbc);
            Account fees = accounts.find("platform:fees", "KRW", null);
            Random random = new Random(1);
            Duration span = Duration.between(first, last);
            String deep = cursorAfter(lines, fees, 50);
            String seller = some.walletId().substring(0, some.walletId().indexOf(':'));

            time("accounts, a page", 20, () -> accounts.page(100, null));
            time("an account now", 20, () -> accounts.find("platform:fees", "KRW", null));
            time(
                    "an account of a seller at any time",
                    50,
                    () -> accounts.find(
                            "seller:" + seller + ":payable",
                            "KRW",
                            first.plusSeconds(random.nextLong(span.toSeconds()))));
            time(
                    "the busiest account an hour ago",
                    50,
                    () -> accounts.find("platform:fees", "KRW", last.minusSeconds(3_600)));
            time(
                    "the busiest account at any time",
                    500,
                    () -> accounts.find("platform:fees", "KRW", first.plusSeconds(random.nextLong(span.toSeconds()))));
            time("the busiest account's lines, first page", 50, () -> lines.page(fees, 100, null));
            time("its lines, 5,000 further down", 50, () -> lines.page(fees, 100, deep));
            time("a journal", 20, () -> journals.find(some.settlementId().toString()));
            time("a seller's statement", 20, () -> statement.page(seller, "KRW", 100, null));
            time("trial balance now", 200, () -> trial.at(null));
            time("trial balance a day ago", 200, () -> trial.at(last.minusSeconds(86_400)));
            time(
                    "trial balance at any time",
                    3_000,
                    () -> trial.at(first.plusSeconds(random.nextLong(span.toSeconds()))));
        }
    }

    private static String cursorAfter(AccountLines lines, Account account, int pages) {
        String cursor = null;
        for (int i = 0; i < pages; i++) {
            cursor = lines.page(account, 100, cursor).nextCursor();
        }
        return cursor;
    }

    private static void time(String what, long atMostMillis, Runnable read) {
        long[] micros = new long[RUNS];
        for (int i = 0; i < RUNS; i++) {
            long begin = System.nanoTime();
            read.run();
            micros[i] = (System.nanoTime() - begin) / 1_000;
        }
        Arrays.sort(micros);
        System.out.printf("%-42s median %,9d µs, slowest %,9d µs%n", what, micros[RUNS / 2], micros[RUNS - 1]);
        assertThat(micros[RUNS / 2] / 1_000).as(what).isLessThanOrEqualTo(atMostMillis);
    }
}
