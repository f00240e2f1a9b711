package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.posting.Decoded.EntryRecord;
import dev.jangbu.ledger.posting.Decoded.UnsupportedEntry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Posts the records of one book. If the database refuses a batch, it is bisected until the refused entry is alone: the
 * entries before it are posted, it and those after it are not.
 */
final class RefusalBisector {

    private final BookWriter writer;

    RefusalBisector(BookWriter writer) {
        this.writer = writer;
    }

    /**
     * @param knownOffset the book's offset as this instance left it
     * @param end the offset after the last record, past any transaction markers
     * @throws SQLException if the database fails; the number of posted entries is then unknown
     */
    BatchResult post(int book, long knownOffset, List<Decoded> records, long end) throws SQLException {
        List<EntryRecord> entries = new ArrayList<>(records.size());
        for (Decoded record : records) {
            switch (record) {
                case EntryRecord entry -> entries.add(entry);
                case UnsupportedEntry unsupported -> {
                    BatchResult before = bisect(book, knownOffset, entries, unsupported.offset());
                    return before.stopReason() == null
                            ? new BatchResult(before.posted(), unsupported.offset(), unsupported.reason())
                            : before;
                }
                // Takes no journal number: the book's offset only moves past it.
                case Decoded.Poison poison -> {}
            }
        }
        return bisect(book, knownOffset, entries, end);
    }

    private BatchResult bisect(int book, long knownOffset, List<EntryRecord> entries, long end) throws SQLException {
        try {
            return new BatchResult(writer.post(book, knownOffset, entries, end), end, null);
        } catch (EntryRefusedException e) {
            if (entries.isEmpty()) {
                throw new SQLException("A batch without entries was refused", e);
            }
            if (entries.size() == 1) {
                EntryRecord refused = entries.getFirst();
                String reason = "Settlement %s: %s".formatted(refused.entry().settlementId(), e.getMessage());
                return new BatchResult(List.of(), refused.offset(), reason);
            }
        }
        int half = entries.size() / 2;
        long middle = entries.get(half).offset();
        BatchResult before = bisect(book, knownOffset, entries.subList(0, half), middle);
        if (before.stopReason() != null) {
            return before;
        }
        BatchResult after = bisect(book, Math.max(knownOffset, middle), entries.subList(half, entries.size()), end);
        List<PostedEntry> posted = new ArrayList<>(before.posted());
        posted.addAll(after.posted());
        return new BatchResult(posted, after.nextOffset(), after.stopReason());
    }
}
