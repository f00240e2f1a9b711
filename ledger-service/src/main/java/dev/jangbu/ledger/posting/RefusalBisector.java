package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.posting.Decoded.EntryRecord;
import dev.jangbu.ledger.posting.Decoded.UnsupportedEntry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
                    Run run = new Run(book, knownOffset);
                    run.post(entries, unsupported.offset());
                    return run.result(unsupported.offset(), unsupported.reason());
                }
                // Takes no journal number: the book's offset only moves past it.
                case Decoded.Poison poison -> {}
            }
        }
        Run run = new Run(book, knownOffset);
        run.post(entries, end);
        return run.result(end, null);
    }

    private final class Run {

        private final int book;
        private final List<PostedEntry> posted = new ArrayList<>();
        private long knownOffset;
        private long refusedOffset = -1;
        private @Nullable String refusal;

        Run(int book, long knownOffset) {
            this.book = book;
            this.knownOffset = knownOffset;
        }

        void post(List<EntryRecord> entries, long end) throws SQLException {
            try {
                posted.addAll(writer.post(book, knownOffset, entries, end));
                knownOffset = Math.max(knownOffset, end);
            } catch (EntryRefusedException e) {
                if (entries.isEmpty()) {
                    throw new SQLException("A batch without entries was refused", e);
                }
                if (entries.size() == 1) {
                    refusedOffset = entries.getFirst().offset();
                    refusal = "Settlement %s: %s"
                            .formatted(entries.getFirst().entry().settlementId(), e.getMessage());
                    return;
                }
                int half = entries.size() / 2;
                post(entries.subList(0, half), entries.get(half).offset());
                if (refusal == null) {
                    post(entries.subList(half, entries.size()), end);
                }
            }
        }

        BatchResult result(long end, @Nullable String stopReason) {
            return refusal == null
                    ? new BatchResult(posted, end, stopReason)
                    : new BatchResult(posted, refusedOffset, refusal);
        }
    }
}
