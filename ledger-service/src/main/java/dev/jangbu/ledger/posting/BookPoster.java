package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.posting.Reading.EntryRead;
import dev.jangbu.ledger.posting.Reading.Unpostable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Posts what was read of one book, as far as it can be posted: a refused batch is halved until the culprit is alone.
 * What comes before the culprit is then posted, and nothing at it or after it.
 */
final class BookPoster {

    private final BookWriter writer;

    BookPoster(BookWriter writer) {
        this.writer = writer;
    }

    /**
     * @param knownOffset the book's offset as this instance left it
     * @param end the first offset after what was read, past any markers of transactions
     * @throws SQLException if the database can't answer; what is posted is then unknown
     */
    Progress post(int book, long knownOffset, List<Reading> readings, long end) throws SQLException {
        List<EntryRead> entries = new ArrayList<>(readings.size());
        for (Reading reading : readings) {
            switch (reading) {
                case EntryRead entry -> entries.add(entry);
                case Unpostable unpostable -> {
                    Run run = new Run(book, knownOffset);
                    run.post(entries, unpostable.offset());
                    return run.progress(unpostable.offset(), unpostable.reason());
                }
                // The batch's end lies behind it, and that is all the book needs to know of it.
                case Reading.Poison poison -> {}
            }
        }
        Run run = new Run(book, knownOffset);
        run.post(entries, end);
        return run.progress(end, null);
    }

    private final class Run {

        private final int book;
        private final List<Posted> posted = new ArrayList<>();
        private long knownOffset;
        private long stoppedAt = -1;
        private @Nullable String culprit;

        Run(int book, long knownOffset) {
            this.book = book;
            this.knownOffset = knownOffset;
        }

        void post(List<EntryRead> entries, long end) throws SQLException {
            try {
                posted.addAll(writer.post(book, knownOffset, entries, end));
                knownOffset = Math.max(knownOffset, end);
            } catch (EntryRefusedException e) {
                if (entries.isEmpty()) {
                    throw new SQLException("A batch without entries was refused", e);
                }
                if (entries.size() == 1) {
                    stoppedAt = entries.getFirst().offset();
                    culprit = "Settlement %s: %s"
                            .formatted(entries.getFirst().entry().settlementId(), e.getMessage());
                    return;
                }
                int half = entries.size() / 2;
                post(entries.subList(0, half), entries.get(half).offset());
                if (culprit == null) {
                    post(entries.subList(half, entries.size()), end);
                }
            }
        }

        Progress progress(long end, @Nullable String stop) {
            return culprit == null ? new Progress(posted, end, stop) : new Progress(posted, stoppedAt, culprit);
        }
    }
}
