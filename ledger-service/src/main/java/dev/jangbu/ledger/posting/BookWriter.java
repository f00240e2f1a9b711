package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.book.Journal;
import dev.jangbu.ledger.book.JournalHash;
import dev.jangbu.ledger.posting.Reading.EntryRead;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Writes batches of entries into a book, each batch in one transaction:
 *
 * <ol>
 *   <li>lock the book's row: whoever else posts to this book waits here, and then finds its offset moved on;
 *   <li>entries below the book's offset are in it already: find their journals, which must say the same;
 *   <li>number and chain the others, and insert lines, journals, balances and the new head, one statement each;
 *   <li>commit: the triggers have judged the journals, the deferred foreign key judges the lines.
 * </ol>
 */
final class BookWriter {

    private static final String NEXT_OFFSET = "SELECT next_offset FROM books WHERE book = ?";

    private static final String CREATE = "INSERT INTO books (book) VALUES (?) ON CONFLICT DO NOTHING";

    private static final String LOCK = "SELECT next_offset, last_no, head_hash FROM books WHERE book = ? FOR UPDATE";

    private static final String ADVANCE = "UPDATE books SET next_offset = ?, last_no = ?, head_hash = ? WHERE book = ?";

    private final DataSource database;
    private final Clock clock;

    BookWriter(DataSource database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The first offset that the book has not seen; empty if the database has no such book. */
    OptionalLong nextOffset(int book) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(NEXT_OFFSET)) {
            select.setInt(1, book);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Begins a book at offset 0; does nothing if it exists. */
    void create(int book) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(CREATE)) {
            insert.setInt(1, book);
            insert.executeUpdate();
        }
    }

    /**
     * Posts entries of one book, in the order of their offsets.
     *
     * @param knownOffset the book's offset as this instance left it
     * @param end the book's offset after the batch: what lies below and is not among the entries is no entry
     * @return the journal of each entry, also of those that were posted before
     * @throws EntryRefusedException if an entry breaks a rule, or a journal differs from what is read as its entry
     * @throws BookWentBackException if the book's offset is below {@code knownOffset}
     * @throws SQLException if the database can't answer; whether the batch is posted is then unknown
     */
    List<Posted> post(int book, long knownOffset, List<EntryRead> entries, long end)
            throws SQLException, EntryRefusedException {
        try (Connection connection = database.getConnection()) {
            JournalRows rows = new JournalRows(connection);
            // Committed by itself: an account is shared by all books, and none may wait for another's transaction.
            rows.insertAccounts(entries);
            connection.setAutoCommit(false);
            try {
                List<Posted> posted = postLocked(connection, rows, book, knownOffset, entries, end);
                connection.commit();
                return posted;
            } catch (SQLException | EntryRefusedException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            if (EntryRefusedException.isAbout(e)) {
                throw new EntryRefusedException(e);
            }
            throw e;
        }
    }

    private List<Posted> postLocked(
            Connection connection, JournalRows rows, int book, long knownOffset, List<EntryRead> entries, long end)
            throws SQLException, EntryRefusedException {
        Head head = lock(connection, book);
        if (head.nextOffset() < knownOffset) {
            throw new BookWentBackException(book, knownOffset, head.nextOffset());
        }
        int before = (int) entries.stream()
                .takeWhile(entry -> entry.offset() < head.nextOffset())
                .count();
        List<Posted> posted = new ArrayList<>(find(rows, book, entries.subList(0, before)));
        List<Posted> added = chain(head, book, entries.subList(before, entries.size()));
        posted.addAll(added);
        List<Journal> journals = added.stream().map(Posted::journal).toList();
        if (!journals.isEmpty()) {
            rows.insertLines(journals);
            rows.insertJournals(journals);
            rows.addToBalances(book, journals);
        }
        if (end > head.nextOffset()) {
            advance(connection, book, end, journals.isEmpty() ? head : Head.after(journals.getLast(), end));
        }
        return posted;
    }

    private static List<Posted> find(JournalRows rows, int book, List<EntryRead> entries)
            throws SQLException, EntryRefusedException {
        if (entries.isEmpty()) {
            return List.of();
        }
        Map<UUID, Journal> stored = rows.find(
                entries.stream().map(read -> read.entry().settlementId()).toList());
        List<Posted> posted = new ArrayList<>();
        for (EntryRead read : entries) {
            Journal journal = stored.get(read.entry().settlementId());
            if (journal == null || journal.book() != book || !journal.entry().equals(read.entry())) {
                throw new EntryRefusedException(
                        "Settlement %s at offset %d lies below the book's offset, but its journal %s"
                                .formatted(
                                        read.entry().settlementId(),
                                        read.offset(),
                                        journal == null ? "is absent" : "differs"));
            }
            posted.add(new Posted(read, journal));
        }
        return posted;
    }

    private List<Posted> chain(Head head, int book, List<EntryRead> entries) {
        Instant postedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        List<Posted> posted = new ArrayList<>(entries.size());
        long no = head.lastNo();
        byte[] hash = head.hash();
        for (EntryRead read : entries) {
            Entry entry = read.entry();
            no = Math.addExact(no, 1);
            hash = JournalHash.of(hash, book, no, entry);
            posted.add(new Posted(read, new Journal(entry, book, no, ByteBuffer.wrap(hash), postedAt)));
        }
        return posted;
    }

    private static Head lock(Connection connection, int book) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(LOCK)) {
            select.setInt(1, book);
            try (ResultSet row = select.executeQuery()) {
                // No row: the database was replaced by an empty one since the book was opened.
                return row.next()
                        ? new Head(row.getLong(1), row.getLong(2), row.getBytes(3))
                        : new Head(-1, 0, JournalHash.genesis());
            }
        }
    }

    private static void advance(Connection connection, int book, long nextOffset, Head head) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(ADVANCE)) {
            update.setLong(1, nextOffset);
            update.setLong(2, head.lastNo());
            update.setBytes(3, head.hash());
            update.setInt(4, book);
            update.executeUpdate();
        }
    }

    private static void rollBack(Connection connection, Exception reason) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    /** Where a book stands. */
    private record Head(long nextOffset, long lastNo, byte[] hash) {

        static Head after(Journal last, long nextOffset) {
            byte[] hash = new byte[JournalHash.BYTES];
            last.hash().get(0, hash);
            return new Head(nextOffset, last.no(), hash);
        }
    }
}
