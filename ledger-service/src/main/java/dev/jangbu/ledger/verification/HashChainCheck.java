package dev.jangbu.ledger.verification;

import dev.jangbu.ledger.journal.Journal;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.JournalReader;
import dev.jangbu.ledger.verification.PostedHashes.PostedHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Recomputes the hash chain of a book and compares each hash with the stored and the published one. */
final class HashChainCheck {

    private static final int PAGE = 2_000;

    private static final String JOURNALS = "SELECT " + JournalReader.COLUMNS + ", l.in_place FROM "
            + JournalReader.TABLES + " WHERE j.book = ? AND j.no > ? ORDER BY j.no LIMIT " + PAGE;

    private static final String HEAD = "SELECT last_no, head_hash FROM books WHERE book = ?";

    private final Connection connection;
    private final Findings findings;
    private final Consumer<String> progress;

    HashChainCheck(Connection connection, Findings findings, Consumer<String> progress) {
        this.connection = connection;
        this.findings = findings;
        this.progress = progress;
    }

    void verify(int book, PostedHashes posted) throws SQLException, IOException {
        Link last = new Link(0, ByteBuffer.wrap(JournalHash.genesis()));
        long begin = System.nanoTime();
        boolean more = true;
        try (PreparedStatement select = connection.prepareStatement(JOURNALS)) {
            while (more) {
                select.setInt(1, book);
                select.setLong(2, last.no());
                int rows = 0;
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        last = verify(book, last, row, posted);
                        rows++;
                    }
                }
                more = rows == PAGE;
                progress.accept(String.format(
                        "book %d: %,d journals (%,d a second)", book, last.no(), perSecond(last.no(), begin)));
            }
        }
        compareHead(book, last);
    }

    /** The number and stored hash of the previous journal. */
    private record Link(long no, ByteBuffer hash) {}

    private Link verify(int book, Link before, ResultSet row, PostedHashes posted) throws SQLException, IOException {
        long no = row.getLong("no");
        ByteBuffer stored = ByteBuffer.wrap(row.getBytes("hash"));
        if (no != before.no() + 1) {
            findings.add(book, before.no() + 1, "is missing: after " + before.no() + " comes " + no);
        }
        // From the stored previous hash: an edited journal is reported alone, without all its successors.
        ByteBuffer computed = compute(book, no, before, row);
        if (computed != null && !computed.equals(stored)) {
            findings.add(
                    book,
                    no,
                    "settlement %s: its content has the hash %s, but %s is stored"
                            .formatted(row.getString("settlement_id"), hex(computed), hex(stored)));
        }
        if (!row.getBoolean("in_place")) {
            findings.add(
                    book,
                    no,
                    "settlement %s: its lines are incomplete, or differ from the journal in number, time or currency"
                            .formatted(row.getString("settlement_id")));
        }
        compare(book, no, row, stored, posted);
        return new Link(no, stored);
    }

    private @Nullable ByteBuffer compute(int book, long no, Link before, ResultSet row) throws SQLException {
        try {
            Journal journal = JournalReader.read(row);
            byte[] previous = new byte[JournalHash.BYTES];
            before.hash().get(0, previous);
            return ByteBuffer.wrap(JournalHash.of(previous, book, no, journal.entry()));
        } catch (RuntimeException e) {
            findings.add(
                    book, no, "settlement %s: is not a valid journal: %s".formatted(row.getString("settlement_id"), e));
            return null;
        }
    }

    private void compare(int book, long no, ResultSet row, ByteBuffer stored, PostedHashes posted)
            throws SQLException, IOException {
        String settlement = row.getString("settlement_id");
        PostedHash published = no > posted.lastNo() ? null : posted.get(no);
        if (published == null) {
            findings.add(book, no, "settlement %s: was never published to Kafka".formatted(settlement));
        } else if (!published.settlementId().toString().equals(settlement)) {
            findings.add(
                    book,
                    no,
                    "is settlement %s, but was published as %s".formatted(settlement, published.settlementId()));
        } else if (!published.hash().equals(stored)) {
            findings.add(
                    book,
                    no,
                    "settlement %s: was published with the hash %s, but %s is stored"
                            .formatted(settlement, hex(published.hash()), hex(stored)));
        }
    }

    private void compareHead(int book, Link last) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(HEAD)) {
            select.setInt(1, book);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                ByteBuffer head = ByteBuffer.wrap(row.getBytes("head_hash"));
                if (row.getLong("last_no") != last.no() || !head.equals(last.hash())) {
                    findings.add(
                            book,
                            0,
                            "its head is %d with the hash %s, but its last journal is %d with %s"
                                    .formatted(row.getLong("last_no"), hex(head), last.no(), hex(last.hash())));
                }
            }
        }
    }

    private static long perSecond(long count, long begin) {
        return count * 1_000_000_000L / Math.max(1, System.nanoTime() - begin);
    }

    private static String hex(ByteBuffer hash) {
        byte[] bytes = new byte[hash.remaining()];
        hash.get(hash.position(), bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
