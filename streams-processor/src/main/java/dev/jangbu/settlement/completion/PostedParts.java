package dev.jangbu.settlement.completion;

import dev.jangbu.settlement.record.BookPosition;
import dev.jangbu.settlement.state.BinarySerde;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serde;

/**
 * The posted parts of a reference that lacks others.
 *
 * @param firstPostedAtMs the timestamp of the first part's posting, milliseconds since 1970
 * @param settlementIds the posted parts, each once
 */
record PostedParts(long firstPostedAtMs, int referenceParts, BookPosition position, Set<UUID> settlementIds) {

    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 1 + Long.BYTES + 2 * Integer.BYTES;
    private static final int JOURNAL_BYTES = Integer.BYTES + Long.BYTES;
    private static final int ID_BYTES = 16;

    PostedParts {
        settlementIds = Set.copyOf(settlementIds);
    }

    /** A reference without posted parts. */
    static PostedParts none(long firstPostedAtMs, int referenceParts) {
        return new PostedParts(firstPostedAtMs, referenceParts, BookPosition.START, Set.of());
    }

    /** These parts and one more; the same parts if it is among them. */
    PostedParts with(UUID settlementId, int book, long journalNo) {
        Set<UUID> ids = new LinkedHashSet<>(settlementIds);
        ids.add(settlementId);
        return new PostedParts(firstPostedAtMs, referenceParts, position.with(book, journalNo), ids);
    }

    /**
     * The format in the store and its changelog, big-endian. A new format takes a new first byte and is read beside
     * this one.
     *
     * <pre>
     *   byte 0        the format, 1
     *   8 bytes       firstPostedAtMs
     *   4 bytes       referenceParts
     *   4 bytes       number of books
     *   per book      4 bytes book, 8 bytes journalNo
     *   16 bytes each settlementIds
     * </pre>
     */
    static Serde<PostedParts> serde() {
        return BinarySerde.of(FORMAT, PostedParts::write, PostedParts::read);
    }

    private static ByteBuffer write(PostedParts parts) {
        Map<Integer, Long> journals = new TreeMap<>(parts.position().journals());
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES
                + JOURNAL_BYTES * journals.size()
                + ID_BYTES * parts.settlementIds().size());
        out.put(FORMAT).putLong(parts.firstPostedAtMs()).putInt(parts.referenceParts());
        out.putInt(journals.size());
        journals.forEach((book, journalNo) -> out.putInt(book).putLong(journalNo));
        for (UUID id : new TreeSet<>(parts.settlementIds())) {
            out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        return out;
    }

    private static PostedParts read(ByteBuffer in) {
        return new PostedParts(in.getLong(), in.getInt(), position(in), ids(in));
    }

    private static BookPosition position(ByteBuffer in) {
        BookPosition position = BookPosition.START;
        int books = in.getInt();
        for (int i = 0; i < books; i++) {
            position = position.with(in.getInt(), in.getLong());
        }
        return position;
    }

    private static Set<UUID> ids(ByteBuffer in) {
        Set<UUID> ids = new LinkedHashSet<>();
        while (in.hasRemaining()) {
            ids.add(new UUID(in.getLong(), in.getLong()));
        }
        return ids;
    }
}
