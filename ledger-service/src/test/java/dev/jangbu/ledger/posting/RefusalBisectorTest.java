package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.Side;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Journal;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.ledger.posting.Decoded.Poison;
import dev.jangbu.ledger.posting.Decoded.UnsupportedEntry;
import dev.jangbu.testsupport.TestPostgres;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RefusalBisectorTest {

    private static final Instant POSTED_AT = Instant.parse("2026-02-01T00:00:00.5Z");

    private Database database;
    private BookWriter writer;
    private RefusalBisector bisector;

    @BeforeAll
    static void freshDatabase() {
        LedgerDatabase.fresh();
    }

    @BeforeEach
    void open() throws SQLException {
        LedgerDatabase.empty();
        database = new Database(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD, 1);
        writer = new BookWriter(database.forPosting(), Clock.fixed(POSTED_AT, ZoneOffset.UTC));
        bisector = new RefusalBisector(writer);
        writer.create(0);
        writer.create(1);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aBatchIsNumberedChainedAndAddedToTheBalances() throws SQLException {
        List<Decoded> batch = payments(new Random(1), 300, 0);

        BatchResult result = bisector.post(0, 0, batch, 301);

        assertThat(result.stopReason()).isNull();
        assertThat(result.nextOffset()).isEqualTo(301);
        byte[] hash = JournalHash.genesis();
        for (int i = 0; i < 300; i++) {
            Journal journal = result.posted().get(i).journal();
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
    void repeatedOffsetsReturnTheSameJournalsAndWriteNothing() throws SQLException {
        List<Decoded> batch = payments(new Random(2), 50, 0);
        List<Decoded> more = payments(new Random(3), 10, 50);
        List<PostedEntry> first = bisector.post(0, 0, batch, 50).posted();
        List<Decoded> both = new ArrayList<>(batch);
        both.addAll(more);

        BatchResult again =
                new RefusalBisector(new BookWriter(database.forPosting(), Clock.systemUTC())).post(0, 0, both, 60);

        assertThat(again.stopReason()).isNull();
        assertThat(again.posted()).hasSize(60).startsWith(first.toArray(PostedEntry[]::new));
        assertThat(text("SELECT count(*) FROM journals")).isEqualTo("60");
        assertThat(balancesThatDifferFromLines()).isZero();
    }

    @Test
    void entriesBeforeARefusedOneArePostedAndTheBookStopsThere() throws SQLException {
        for (int refused : new int[] {0, 1, 36, 49}) {
            close();
            open();
            List<Decoded> batch = payments(new Random(refused), 50, 100);
            Entry unbalanced = TestEntries.of(
                    "refused",
                    1,
                    5,
                    new Line("psp:toss:receivable", Side.DEBIT, 6),
                    new Line("seller:refused:payable", Side.CREDIT, 5));
            batch.set(refused, EntryRecords.read(100 + refused, unbalanced));

            BatchResult result = bisector.post(0, 0, batch, 150);

            assertThat(result.posted()).hasSize(refused);
            assertThat(result.nextOffset()).isEqualTo(100 + refused);
            assertThat(result.stopReason()).contains(unbalanced.settlementId().toString(), "JL002");
            assertThat(text("SELECT count(*) || ' ' || coalesce(max(no), 0) FROM journals"))
                    .isEqualTo(refused + " " + refused);
            assertThat(balancesThatDifferFromLines()).isZero();
        }
    }

    @Test
    void anUnsupportedEntryStopsTheBookAfterTheEntriesBeforeIt() throws SQLException {
        List<Decoded> batch = payments(new Random(4), 5, 0);
        batch.set(3, new UnsupportedEntry(batch.get(3).record(), "a new kind"));

        BatchResult result = bisector.post(0, 0, batch, 5);

        assertThat(result)
                .extracting(BatchResult::nextOffset, BatchResult::stopReason)
                .containsExactly(3L, "a new kind");
        assertThat(text("SELECT next_offset || ' ' || last_no FROM books WHERE book = 0"))
                .isEqualTo("3 3");
    }

    @Test
    void poisonIsSkippedAndTakesNoNumber() throws SQLException {
        BatchResult result = bisector.post(
                0,
                0,
                List.of(
                        EntryRecords.read(0, TestEntries.payment("a")),
                        poison(1),
                        EntryRecords.read(2, TestEntries.payment("b"))),
                3);

        assertThat(result.stopReason()).isNull();
        assertThat(result.posted()).extracting(posted -> posted.journal().no()).containsExactly(1L, 2L);
        assertThat(writer.nextOffset(0)).hasValue(3);
    }

    @Test
    void theEntryAfterACorruptedOneOfItsWalletStopsTheBook() throws SQLException {
        Entry next = TestEntries.payment("a", 2, 11_400);

        BatchResult result = bisector.post(0, 0, List.of(poison(0), EntryRecords.read(1, next)), 2);

        assertThat(result.stopReason()).contains(next.settlementId().toString(), "JL004");
        assertThat(result.nextOffset()).isEqualTo(1);
    }

    @Test
    void aBatchOfOnlyPoisonAdvancesTheOffset() throws SQLException {
        BatchResult result = bisector.post(0, 0, List.of(poison(7)), 8);

        assertThat(result).isEqualTo(new BatchResult(List.of(), 8, null));
        assertThat(writer.nextOffset(0)).hasValue(8);
    }

    @Test
    void aPostedOffsetWithoutAnEqualJournalStopsTheBook() throws SQLException {
        Entry first = TestEntries.payment("a");
        Entry second = TestEntries.payment("a", 2, 11_400);
        bisector.post(0, 0, List.of(EntryRecords.read(0, first), EntryRecords.read(1, second)), 2);

        Entry other = TestEntries.payment("a", 2, 11_400);
        BatchResult absent = bisector.post(0, 0, List.of(EntryRecords.read(0, first), EntryRecords.read(1, other)), 2);
        assertThat(absent.posted()).hasSize(1);
        assertThat(absent.nextOffset()).isEqualTo(1);
        assertThat(absent.stopReason()).contains(other.settlementId().toString(), "absent");

        Entry edited = new Entry(
                second.settlementId(),
                second.kind(),
                second.referenceId(),
                second.referenceParts(),
                second.part(),
                second.currency(),
                second.lines().reversed(),
                second.walletId(),
                second.balanceAfterMinor(),
                second.walletVersion(),
                second.occurredAt(),
                second.recordedAt());
        BatchResult differs =
                bisector.post(0, 0, List.of(EntryRecords.read(0, first), EntryRecords.read(1, edited)), 2);
        assertThat(differs.nextOffset()).isEqualTo(1);
        assertThat(differs.stopReason()).contains("differs");
    }

    @Test
    void aRepeatedSettlementStopsTheBook() throws SQLException {
        Entry first = TestEntries.payment("a");
        BatchResult result = bisector.post(0, 0, List.of(EntryRecords.read(0, first), EntryRecords.read(1, first)), 2);
        assertThat(result.nextOffset()).isEqualTo(1);
        assertThat(result.stopReason()).contains("23505");
    }

    @Test
    void sumsAboveLongMaxValueDoNotStopTheBook() throws SQLException {
        List<Decoded> batch = new ArrayList<>();
        for (String seller : new String[] {"a", "b", "c"}) {
            batch.add(EntryRecords.read(
                    batch.size(),
                    TestEntries.of(
                            seller,
                            1,
                            Long.MAX_VALUE,
                            new Line("psp:toss:receivable", Side.DEBIT, Long.MAX_VALUE),
                            new Line("seller:" + seller + ":payable", Side.CREDIT, Long.MAX_VALUE))));
        }

        // Two in one batch, and a third in the next.
        assertThat(bisector.post(0, 0, batch.subList(0, 2), 2).stopReason()).isNull();
        assertThat(bisector.post(0, 2, batch.subList(2, 3), 3).stopReason()).isNull();

        assertThat(text("SELECT debits FROM balances WHERE account = 'psp:toss:receivable'"))
                .isEqualTo("27670116110564327421");
    }

    @Test
    void anOvertakenWriterFindsTheJournalsOfItsSuccessor() throws SQLException {
        List<Decoded> batch = payments(new Random(6), 20, 0);
        List<PostedEntry> bySuccessor = bisector.post(0, 0, batch, 20).posted();
        try (Database stale = new Database(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD, 1)) {
            RefusalBisector paused = new RefusalBisector(new BookWriter(stale.forPosting(), Clock.systemUTC()));
            assertThat(paused.post(0, 0, batch, 20).posted()).isEqualTo(bySuccessor);
        }
    }

    @Test
    void concurrentWritersOfOneBookNeverAssignANumberTwice() throws Exception {
        List<Decoded> batch = payments(new Random(7), 200, 0);
        try (Database otherDatabase = new Database(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD, 1)) {
            RefusalBisector other = new RefusalBisector(new BookWriter(otherDatabase.forPosting(), Clock.systemUTC()));
            CompletableFuture<List<PostedEntry>> second =
                    CompletableFuture.supplyAsync(() -> postInSteps(other, batch, 7));
            List<PostedEntry> first = postInSteps(bisector, batch, 11);
            assertThat(first).isEqualTo(second.get());
        }
        assertThat(text("SELECT count(*) || ' ' || max(no) FROM journals")).isEqualTo("200 200");
        assertThat(balancesThatDifferFromLines()).isZero();
    }

    @Test
    void aRestoredDatabaseIsDetected() throws SQLException {
        close();
        LedgerDatabase.backUp();
        LedgerDatabase.restore();
        try (Database restored = new Database(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD, 1)) {
            RefusalBisector again = new RefusalBisector(new BookWriter(restored.forPosting(), Clock.systemUTC()));
            assertThatThrownBy(() -> again.post(0, 5, payments(new Random(9), 5, 5), 10))
                    .isInstanceOf(DatabaseRestoredException.class);
        }
    }

    @Test
    void transactionsAreLimitedToTenSeconds() throws SQLException {
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
    void consecutiveBatchesContinueNumbersAndHashes() throws SQLException {
        List<Decoded> entries = payments(new Random(10), 2_000, 0);
        for (int from = 0; from < entries.size(); from += 100) {
            BatchResult result = bisector.post(0, from, entries.subList(from, from + 100), from + 100);
            assertThat(result.stopReason()).isNull();
        }
        assertThat(text("SELECT count(*) || ' ' || max(no) FROM journals")).isEqualTo("2000 2000");
        assertThat(text("SELECT count(*) FROM journal_hashes WHERE stored = computed"))
                .isEqualTo("2000");
    }

    private static Poison poison(long offset) {
        return new Poison(EntryRecords.record(0, offset, new byte[0], new byte[0]), "not an entry");
    }

    private static List<PostedEntry> postInSteps(RefusalBisector bisector, List<Decoded> batch, int step) {
        List<PostedEntry> posted = new ArrayList<>();
        try {
            for (int from = 0; from < batch.size(); from += step) {
                int to = Math.min(from + step, batch.size());
                posted.addAll(bisector.post(0, 0, batch.subList(from, to), to).posted());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return posted;
    }

    /** Payments of random sellers, with consecutive wallet versions and balances. */
    private static List<Decoded> payments(Random random, int count, long firstOffset) {
        Map<String, Entry> latest = new HashMap<>();
        List<Decoded> records = new ArrayList<>();
        String run = "s" + random.nextInt(1_000_000) + "-";
        for (int i = 0; i < count; i++) {
            String seller = run + random.nextInt(20);
            Entry before = latest.get(seller);
            Entry entry = before == null
                    ? TestEntries.payment(seller)
                    : TestEntries.payment(seller, before.walletVersion() + 1, before.balanceAfterMinor());
            latest.put(seller, entry);
            records.add(EntryRecords.read(firstOffset + i, entry));
        }
        return records;
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
