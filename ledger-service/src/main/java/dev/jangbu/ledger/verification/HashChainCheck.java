package dev.jangbu.ledger.verification;

import dev.jangbu.ledger.database.Snapshot;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.JournalReader;
import dev.jangbu.ledger.verification.PostedHashes.PostedHash;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowCallbackHandler;

/** Recomputes the hash chain of one book and compares each hash with the stored and the published one. */
final class HashChainCheck {

    private static final int PAGE = 2_000;

    private static final String JOURNALS =
            "SELECT * FROM journals_with_lines WHERE book = ? AND no > ? ORDER BY no LIMIT ?";

    private static final String HEAD = "SELECT last_no, head_hash FROM books WHERE book = ?";

    private final Snapshot snapshot;
    private final Findings findings;
    private final Consumer<String> progress;
    private final int book;
    private final PostedHashes posted;
    private Link last = new Link(0, ByteBuffer.wrap(JournalHash.genesis()));

    HashChainCheck(Snapshot snapshot, int book, PostedHashes posted, Findings findings, Consumer<String> progress) {
        this.snapshot = snapshot;
        this.findings = findings;
        this.progress = progress;
        this.book = book;
        this.posted = posted;
    }

    void verify() {
        long begin = System.nanoTime();
        long before;
        do {
            before = last.no();
            snapshot.sql(JOURNALS).params(book, before, PAGE).query((RowCallbackHandler) this::verify);
            progress.accept(String.format(
                    "book %d: %,d journals (%,d a second)", book, last.no(), perSecond(last.no(), begin)));
        } while (last.no() >= before + PAGE);
        compareHead();
    }

    /** The number and stored hash of the previous journal. */
    private record Link(long no, ByteBuffer hash) {}

    private void verify(ResultSet row) throws SQLException {
        long no = row.getLong("no");
        String settlement = row.getString("settlement_id");
        ByteBuffer stored = ByteBuffer.wrap(row.getBytes("hash"));
        if (no != last.no() + 1) {
            findings.add(book, last.no() + 1, "is missing: after %d comes %d", last.no(), no);
        }
        // From the stored previous hash: an edited journal is reported alone, without all its successors.
        ByteBuffer computed = compute(no, settlement, row);
        if (computed != null && !computed.equals(stored)) {
            String difference = "settlement %s: its content has the hash %s, but %s is stored";
            findings.add(book, no, difference, settlement, hex(computed), hex(stored));
        }
        if (!row.getBoolean("in_place")) {
            String difference =
                    "settlement %s: its lines are incomplete, or differ from the journal in number, time or currency";
            findings.add(book, no, difference, settlement);
        }
        compareWithPosting(no, settlement, stored);
        last = new Link(no, stored);
    }

    private @Nullable ByteBuffer compute(long no, String settlement, ResultSet row) throws SQLException {
        try {
            return ByteBuffer.wrap(JournalHash.of(
                    bytes(last.hash()), book, no, JournalReader.read(row).entry()));
        } catch (RuntimeException e) {
            findings.add(book, no, "settlement %s: is not a valid journal: %s", settlement, e);
            return null;
        }
    }

    private void compareWithPosting(long no, String settlement, ByteBuffer stored) {
        PostedHash published = no > posted.lastNo() ? null : posted.get(no);
        if (published == null) {
            findings.add(book, no, "settlement %s: was never published to Kafka", settlement);
        } else if (!published.settlementId().toString().equals(settlement)) {
            findings.add(book, no, "is settlement %s, but was published as %s", settlement, published.settlementId());
        } else if (!published.hash().equals(stored)) {
            String difference = "settlement %s: was published with the hash %s, but %s is stored";
            findings.add(book, no, difference, settlement, hex(published.hash()), hex(stored));
        }
    }

    private void compareHead() {
        snapshot.sql(HEAD).param(book).query(row -> {
            long no = row.getLong("last_no");
            ByteBuffer head = ByteBuffer.wrap(row.getBytes("head_hash"));
            if (no != last.no() || !head.equals(last.hash())) {
                String difference = "its head is %d with the hash %s, but its last journal is %d with %s";
                findings.add(book, 0, difference, no, hex(head), last.no(), hex(last.hash()));
            }
        });
    }

    private static long perSecond(long count, long begin) {
        return count * 1_000_000_000L / Math.max(1, System.nanoTime() - begin);
    }

    private static String hex(ByteBuffer hash) {
        return HexFormat.of().formatHex(bytes(hash));
    }

    private static byte[] bytes(ByteBuffer hash) {
        byte[] bytes = new byte[hash.remaining()];
        hash.get(hash.position(), bytes);
        return bytes;
    }
}
