package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Books that are filled without Kafka: each entry takes the next offset of its book. */
public final class Books implements AutoCloseable {

    private static final int BATCH = 1_000;

    private final Database database = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD, 1);
    private final BookWriter writer = new BookWriter(database.forPosting(), Clock.systemUTC());
    private final Map<Integer, Long> nextOffsets = new HashMap<>();

    /** Posts entries, each to the book that is said, in their order. */
    public void post(List<Entry> entries, ToIntFunction<Entry> bookOf) {
        Map<Integer, List<Entry>> byBook = new TreeMap<>();
        entries.forEach(entry -> byBook.computeIfAbsent(bookOf.applyAsInt(entry), book -> new ArrayList<>())
                .add(entry));
        byBook.forEach((book, ofBook) -> {
            for (int from = 0; from < ofBook.size(); from += BATCH) {
                post(book, ofBook.subList(from, Math.min(from + BATCH, ofBook.size())));
            }
        });
    }

    private void post(int book, List<Entry> entries) {
        long offset = nextOffsets.getOrDefault(book, 0L);
        List<Reading> readings = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            readings.add(Records.read(offset + readings.size(), entry));
        }
        try {
            writer.create(book);
            Progress progress = new BookPoster(writer).post(book, offset, readings, offset + entries.size());
            if (progress.stop() != null) {
                throw new IllegalStateException(progress.stop());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        nextOffsets.put(book, offset + entries.size());
    }

    @Override
    public void close() {
        database.close();
    }
}
