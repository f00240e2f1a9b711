package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.Side;
import dev.jangbu.ledger.book.Entries;
import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.book.Journal;
import dev.jangbu.ledger.book.JournalHash;
import dev.jangbu.ledger.book.Line;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.posting.Reading.Poison;
import dev.jangbu.ledger.posting.Reading.Unpostable;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BookPosterTest {

    private static final Instant POSTED_AT = Instant.parse("2026-02-01T00:00:00.5Z");

    private Database database;
    private BookWriter writer;
    private BookPoster poster;

    @BeforeEach
    void open() throws SQLException {
        LedgerDatabase.fresh();
        database = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD, 1);
        writer = new BookWriter(database.forPosting(), Clock.fixed(POSTED_AT, ZoneOffset.UTC));
        poster = new BookPoster(writer);
        writer.create(0);
        writer.create(1);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aBatchIsNumberedChainedAndAddedToTheBalances() throws SQLException {
        List<Reading> batch = payments(new Random(1), 300, 0);

        Progress progress = poster.post(0, 0, batch, 301);

        assertThat(progress.stop()).isNull();
        assertThat(progress.doneTo()).isEqualTo(301);
        byte[] hash = JournalHash.genesis();
        for (int i = 0; i < 300; i++) {
            Journal journal = progress.posted().get(i).journal();
            hash = JournalHash.of(hash, 0, i + 1, journal.entry());
            assertThat(journal.no()).isEqualTo(i + 1);
            assertThat(journal.hash()).isEqualTo(ByteBuffer.wrap(hash));
        }
        assertThat(text("SELECT next_offset || ' ' || last_no FROM books WHERE book = 0"))
                .isEqualTo("301 300");
        assertThat(text("SELECT count(*) FROM journal_hashes WHERE stored = computed"))
                .isEqualTo("300");
        assertThat(balancesThatDifferFromLines()).isZero();
    }

    @Test
    void theSameOffsetsAgainGiveTheSameJournalsAndWriteNothing() throws SQLException {
        List<Reading> batch = payments(new Random(2), 50, 0);
        List<Reading> more = payments(new Random(3), 10, 50);
        List<Posted> first = poster.post(0, 0, batch, 50).posted();
        List<Reading> both = new ArrayList<>(batch);
        both.addAll(more);

        Progress again = new BookPoster(new BookWriter(database.forPosting(), Clock.systemUTC())).post(0, 0, both, 60);

        assertThat(again.stop()).isNull();
        assertThat(again.posted()).hasSize(60).startsWith(first.toArray(Posted[]::new));
        assertThat(text("SELECT count(*) FROM journals")).isEqualTo("60");
        assertThat(balancesThatDifferFromLines()).isZero();
    }

    @Test
    void whatComesBeforeARefusedEntryIsPostedAndTheBookStopsThere() throws SQLException {
        for (int culprit : new int[] {0, 1, 36, 49}) {
            close();
            open();
            List<Reading> batch = payments(new Random(culprit), 50, 100);
            Entry unbalanced = Entries.of(
                    "culprit",
                    1,
                    5,
                    new Line("psp:toss:receivable", Side.DEBIT, 6),
                    new Line("seller:culprit:payable", Side.CREDIT, 5));
            batch.set(culprit, Records.read(100 + culprit, unbalanced));

            Progress progress = poster.post(0, 0, batch, 150);

            assertThat(progress.posted()).hasSize(culprit);
            assertThat(progress.doneTo()).isEqualTo(100 + culprit);
            assertThat(progress.stop()).contains(unbalanced.settlementId().toString(), "JL002");
            assertThat(text("SELECT count(*) || ' ' || coalesce(max(no), 0) FROM journals"))
                    .isEqualTo(culprit + " " + culprit);
            assertThat(balancesThatDifferFromLines()).isZero();
        }
    }

    @Test
    void anEntryThatIsNotUnderstoodStopsTheBookAfterWhatComesBefore() throws SQLException {
        List<Reading> batch = payments(new Random(4), 5, 0);
        batch.set(3, new Unpostable(batch.get(3).record(), "a new kind"));

        Progress progress = poster.post(0, 0, batch, 5);

        assertThat(progress).extracting(Progress::doneTo, Progress::stop).containsExactly(3L, "a new kind");
        assertThat(text("SELECT next_offset || ' ' || last_no FROM books WHERE book = 0"))
                .isEqualTo("3 3");
    }

    @Test
    void poisonIsPassedOverAndTakesNoNumber() throws SQLException {
        Progress progress = poster.post(
                0,
                0,
                List.of(Records.read(0, Entries.payment("a")), poison(1), Records.read(2, Entries.payment("b"))),
                3);

        assertThat(progress.stop()).isNull();
        assertThat(progress.posted())
                .extracting(posted -> posted.journal().no())
                .containsExactly(1L, 2L);
        assertThat(writer.nextOffset(0)).hasValue(3);
    }

    @Test
    void theNextEntryOfAWalletWhoseEntryWasLostAsPoisonStopsTheBook() throws SQLException {
        Entry next = Entries.payment("a", 2, 11_400);

        Progress progress = poster.post(0, 0, List.of(poison(0), Records.read(1, next)), 2);

        assertThat(progress.stop()).contains(next.settlementId().toString(), "JL004");
        assertThat(progress.doneTo()).isEqualTo(1);
    }

    @Test
    void aBatchOfPoisonAloneMovesTheOffset() throws SQLException {
        Progress progress = poster.post(0, 0, List.of(poison(7)), 8);

        assertThat(progress).isEqualTo(new Progress(List.of(), 8, null));
        assertThat(writer.nextOffset(0)).hasValue(8);
    }

    @Test
    void aSkippedRecordWhoseJournalIsAbsentOrDiffersStopsTheBook() throws SQLException {
        Entry first = Entries.payment("a");
        Entry second = Entries.payment("a", 2, 11_400);
        poster.post(0, 0, List.of(Records.read(0, first), Records.read(1, second)), 2);

        Entry other = Entries.payment("a", 2, 11_400);
        Progress absent = poster.post(0, 0, List.of(Records.read(0, first), Records.read(1, other)), 2);
        assertThat(absent.posted()).hasSize(1);
        assertThat(absent.doneTo()).isEqualTo(1);
        assertThat(absent.stop()).contains(other.settlementId().toString(), "absent");

        Entry edited = new Entry(
                second.settlementId(),
                second.kind(),
                second.referenceId(),
                second.referenceParts(),
                second.currency(),
                second.lines().reversed(),
                second.walletId(),
                second.balanceAfterMinor(),
                second.walletVersion(),
                second.occurredAt(),
                second.recordedAt());
        Progress differs = poster.post(0, 0, List.of(Records.read(0, first), Records.read(1, edited)), 2);
        assertThat(differs.doneTo()).isEqualTo(1);
        assertThat(differs.stop()).contains("differs");
    }

    @Test
    void aSettlementThatComesTwiceStopsTheBook() throws SQLException {
        Entry first = Entries.payment("a");
        Progress progress = poster.post(0, 0, List.of(Records.read(0, first), Records.read(1, first)), 2);
        assertThat(progress.doneTo()).isEqualTo(1);
        assertThat(progress.stop()).contains("23505");
    }

    @Test
    void paymentsWhoseSumExceedsALongDoNotStopTheirBook() throws SQLException {
        List<Reading> batch = new ArrayList<>();
        for (String seller : new String[] {"a", "b", "c"}) {
            batch.add(Records.read(
                    batch.size(),
                    Entries.of(
                            seller,
                            1,
                            Long.MAX_VALUE,
                            new Line("psp:toss:receivable", Side.DEBIT, Long.MAX_VALUE),
                            new Line("seller:" + seller + ":payable", Side.CREDIT, Long.MAX_VALUE))));
        }

        // two in one batch, and one more on top
        assertThat(poster.post(0, 0, batch.subList(0, 2), 2).stop()).isNull();
        assertThat(poster.post(0, 2, batch.subList(2, 3), 3).stop()).isNull();

        assertThat(text("SELECT debits FROM balances WHERE account = 'psp:toss:receivable'"))
                .isEqualTo("27670116110564327421");
    }

    @Test
    void aWriterThatWasOvertakenFindsWhatItsSuccessorWrote() throws SQLException {
        List<Reading> batch = payments(new Random(6), 20, 0);
        List<Posted> bySuccessor = poster.post(0, 0, batch, 20).posted();
        try (Database stale = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD, 1)) {
            BookPoster paused = new BookPoster(new BookWriter(stale.forPosting(), Clock.systemUTC()));
            assertThat(paused.post(0, 0, batch, 20).posted()).isEqualTo(bySuccessor);
        }
    }

    @Test
    void twoWritersOfOneBookTakeTurnsAndNeverNumberTwice() throws Exception {
        List<Reading> batch = payments(new Random(7), 200, 0);
        try (Database otherDatabase = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD, 1)) {
            BookPoster other = new BookPoster(new BookWriter(otherDatabase.forPosting(), Clock.systemUTC()));
            CompletableFuture<List<Posted>> beside = CompletableFuture.supplyAsync(() -> postInSteps(other, batch, 7));
            List<Posted> here = postInSteps(poster, batch, 11);
            assertThat(here).isEqualTo(beside.get());
        }
        assertThat(text("SELECT count(*) || ' ' || max(no) FROM journals")).isEqualTo("200 200");
        assertThat(balancesThatDifferFromLines()).isZero();
    }

    @Test
    void aDatabaseThatWasRestoredMeanwhileIsNoticed() throws SQLException {
        close();
        LedgerDatabase.backUp();
        LedgerDatabase.restore();
        try (Database restored = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD, 1)) {
            BookPoster again = new BookPoster(new BookWriter(restored.forPosting(), Clock.systemUTC()));
            assertThatThrownBy(() -> again.post(0, 5, payments(new Random(9), 5, 5), 10))
                    .isInstanceOf(BookWentBackException.class);
        }
    }

    @Test
    void aPauseWhileHoldingABookIsCut() throws SQLException {
        try (Connection connection = database.forPosting().getConnection();
                Statement statement = connection.createStatement()) {
            for (String limit : new String[] {"idle_in_transaction_session_timeout", "transaction_timeout"}) {
                try (ResultSet row = statement.executeQuery("SHOW " + limit)) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo("10s");
                }
            }
        }
    }

    @Test
    void howManyEntriesAreWrittenInASecond() throws SQLException {
        List<Reading> entries = payments(new Random(10), 20_000, 0);
        long start = System.nanoTime();
        for (int from = 0; from < entries.size(); from += 1_000) {
            assertThat(poster.post(0, from, entries.subList(from, from + 1_000), from + 1_000)
                            .stop())
                    .isNull();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.printf("%d entries in %d ms%n", entries.size(), took.toMillis());
        assertThat(text("SELECT max(no) FROM journals")).isEqualTo("20000");
    }

    private static Poison poison(long offset) {
        return new Poison(Records.record(0, offset, new byte[0], new byte[0]), "not an entry");
    }

    private static List<Posted> postInSteps(BookPoster poster, List<Reading> batch, int step) {
        List<Posted> posted = new ArrayList<>();
        try {
            for (int from = 0; from < batch.size(); from += step) {
                int to = Math.min(from + step, batch.size());
                posted.addAll(poster.post(0, 0, batch.subList(from, to), to).posted());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return posted;
    }

    /** Payments of random sellers, each with the versions and balances that follow. */
    private static List<Reading> payments(Random random, int count, long firstOffset) {
        Map<String, Entry> latest = new HashMap<>();
        List<Reading> readings = new ArrayList<>();
        String run = "s" + random.nextInt(1_000_000) + "-";
        for (int i = 0; i < count; i++) {
            String seller = run + random.nextInt(20);
            Entry before = latest.get(seller);
            Entry entry = before == null
                    ? Entries.payment(seller)
                    : Entries.payment(seller, before.walletVersion() + 1, before.balanceAfterMinor());
            latest.put(seller, entry);
            readings.add(Records.read(firstOffset + i, entry));
        }
        return readings;
    }

    private static long balancesThatDifferFromLines() throws SQLException {
        return Long.parseLong(text("""
                SELECT count(*) FROM
                    (SELECT account, currency, sum(amount) FILTER (WHERE side = 'DEBIT') AS debits,
                            sum(amount) FILTER (WHERE side = 'CREDIT') AS credits
                     FROM lines GROUP BY account, currency) l
                FULL JOIN (SELECT * FROM balances WHERE book = 0) b USING (account, currency)
                WHERE coalesce(l.debits, 0) IS DISTINCT FROM b.debits
                   OR coalesce(l.credits, 0) IS DISTINCT FROM b.credits"""));
    }

    private static String text(String query) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
