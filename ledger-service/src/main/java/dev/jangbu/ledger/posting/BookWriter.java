package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Journal;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.posting.Decoded.EntryRecord;
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
 *   <li>lock the book's row: a concurrent writer of this book waits here, and then reads the advanced offset;
 *   <li>entries below the book's offset are already posted: find their journals, which must have the same content;
 *   <li>number and chain the others; insert lines, journals, balances and the new head, one statement each;
 *   <li>commit: triggers have checked the journals, the deferred foreign key checks the lines.
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

    /** The first offset that is not in the database; empty if the book does not exist. */
    OptionalLong nextOffset(int book) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(NEXT_OFFSET)) {
            select.setInt(1, book);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Creates a book at offset 0. Does nothing if it exists. */
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
     * @param end the book's offset after the batch; offsets below it without an entry are skipped
     * @return the journal of each entry, including those posted before
     * @throws EntryRefusedException if an entry breaks a rule, or a stored journal differs from its entry
     * @throws DatabaseRestoredException if the book's offset is below {@code knownOffset}
     * @throws SQLException if the database fails; whether the batch is posted is then unknown
     */
    List<PostedEntry> post(int book, long knownOffset, List<EntryRecord> entries, long end)
            throws SQLException, EntryRefusedException {
        try (Connection connection = database.getConnection()) {
            JournalRows rows = new JournalRows(connection);
            // In its own transaction: accounts are shared by all books, which must not wait for one another.
            rows.insertAccounts(entries);
            connection.setAutoCommit(false);
            try {
                List<PostedEntry> posted = postLocked(connection, rows, book, knownOffset, entries, end);
                connection.commit();
                return posted;
            } catch (SQLException | EntryRefusedException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            if (EntryRefusedException.isDataError(e)) {
                throw new EntryRefusedException(e);
            }
            throw e;
        }
    }

    private List<PostedEntry> postLocked(
            Connection connection, JournalRows rows, int book, long knownOffset, List<EntryRecord> entries, long end)
            throws SQLException, EntryRefusedException {
        Head head = lock(connection, book);
        if (head.nextOffset() < knownOffset) {
            throw new DatabaseRestoredException(book, knownOffset, head.nextOffset());
        }
        int before = (int) entries.stream()
                .takeWhile(entry -> entry.offset() < head.nextOffset())
                .count();
        List<PostedEntry> posted = new ArrayList<>(find(rows, book, entries.subList(0, before)));
        List<PostedEntry> added = chain(head, book, entries.subList(before, entries.size()));
        posted.addAll(added);
        List<Journal> journals = added.stream().map(PostedEntry::journal).toList();
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

    private static List<PostedEntry> find(JournalRows rows, int book, List<EntryRecord> entries)
            throws SQLException, EntryRefusedException {
        if (entries.isEmpty()) {
            return List.of();
        }
        Map<UUID, Journal> stored = rows.find(
                entries.stream().map(record -> record.entry().settlementId()).toList());
        List<PostedEntry> posted = new ArrayList<>();
        for (EntryRecord record : entries) {
            Journal journal = stored.get(record.entry().settlementId());
            if (journal == null || journal.book() != book || !journal.entry().equals(record.entry())) {
                throw new EntryRefusedException(
                        "Settlement %s at offset %d lies below the book's offset, but its journal %s"
                                .formatted(
                                        record.entry().settlementId(),
                                        record.offset(),
                                        journal == null ? "is absent" : "differs"));
            }
            posted.add(new PostedEntry(record, journal));
        }
        return posted;
    }

    private List<PostedEntry> chain(Head head, int book, List<EntryRecord> entries) {
        Instant postedAt = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        List<PostedEntry> posted = new ArrayList<>(entries.size());
        long no = head.lastNo();
        byte[] hash = head.hash();
        for (EntryRecord record : entries) {
            Entry entry = record.entry();
            no = Math.addExact(no, 1);
            hash = JournalHash.of(hash, book, no, entry);
            posted.add(new PostedEntry(record, new Journal(entry, book, no, ByteBuffer.wrap(hash), postedAt)));
        }
        return posted;
    }

    private static Head lock(Connection connection, int book) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(LOCK)) {
            select.setInt(1, book);
            try (ResultSet row = select.executeQuery()) {
                // No row: an empty database has replaced the one that the book was opened from.
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

    /** The book's row: next offset, last journal number and its hash. */
    private record Head(long nextOffset, long lastNo, byte[] hash) {

        static Head after(Journal last, long nextOffset) {
            byte[] hash = new byte[JournalHash.BYTES];
            last.hash().get(0, hash);
            return new Head(nextOffset, last.no(), hash);
        }
    }
}
