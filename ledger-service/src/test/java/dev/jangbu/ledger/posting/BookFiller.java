package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.testsupport.TestPostgres;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Posts entries without Kafka: each entry takes the next offset of its book. */
public final class BookFiller implements AutoCloseable {

    private static final int BATCH = 1_000;

    private final Database database = new Database(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD, 1);
    private final BookWriter writer = new BookWriter(database.forPosting(), Clock.systemUTC());
    private final Map<Integer, Long> nextOffsets = new HashMap<>();

    /** Posts entries in order, each to the book that {@code bookOf} returns. */
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
        List<Decoded> records = new ArrayList<>(entries.size());
        for (Entry entry : entries) {
            records.add(EntryRecords.read(offset + records.size(), entry));
        }
        try {
            writer.create(book);
            BatchResult result = new RefusalBisector(writer).post(book, offset, records, offset + entries.size());
            if (result.stopReason() != null) {
                throw new IllegalStateException(result.stopReason());
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
