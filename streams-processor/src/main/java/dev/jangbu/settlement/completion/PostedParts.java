package dev.jangbu.settlement.completion;

import dev.jangbu.settlement.BookPosition;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a reference that are posted, while some are missing.
 *
 * @param firstPostedAtMs the timestamp of the first part's posting, milliseconds since 1970
 * @param referenceParts how many there will be, or {@link #UNKNOWN_PARTS}
 * @param position where the parts stand in the books; null if one was posted before that was kept
 * @param settlementIds the parts, each once
 */
record PostedParts(
        long firstPostedAtMs, int referenceParts, @Nullable BookPosition position, Set<UUID> settlementIds) {

    /** Of parts that were stored before their number was. */
    static final int UNKNOWN_PARTS = 0;

    private static final byte FORMAT_1 = 1;
    private static final byte FORMAT_2 = 2;
    private static final int FORMAT_1_HEAD_BYTES = 1 + Long.BYTES;
    private static final int FORMAT_2_HEAD_BYTES = 1 + Long.BYTES + 2 * Integer.BYTES;
    private static final int JOURNAL_BYTES = Integer.BYTES + Long.BYTES;
    private static final int ID_BYTES = 16;

    PostedParts {
        settlementIds = Set.copyOf(settlementIds);
    }

    /** A reference of which nothing is posted yet. */
    static PostedParts none(long firstPostedAtMs, int referenceParts) {
        return new PostedParts(firstPostedAtMs, referenceParts, BookPosition.NOWHERE, Set.of());
    }

    /** These parts and one more; the same if it is among them. */
    PostedParts with(UUID settlementId, int book, long journalNo) {
        Set<UUID> ids = new LinkedHashSet<>(settlementIds);
        ids.add(settlementId);
        return new PostedParts(
                firstPostedAtMs, referenceParts, position == null ? null : position.with(book, journalNo), ids);
    }

    /** Whether these may be parts of a reference of so many. */
    boolean isOf(int parts) {
        return referenceParts == UNKNOWN_PARTS || referenceParts == parts;
    }

    /**
     * How they lie in the store and its changelog, big-endian. A new shape gets a new first byte, and is read beside these:
     *
     * <pre>
     *   format 1   byte 0: 1, 8 bytes firstPostedAtMs, then 16 bytes per settlementId
     *   format 2   byte 0: 2, 8 bytes firstPostedAtMs, 4 bytes referenceParts, 4 bytes number of books (-1: no position),
     *              per book 4 bytes book and 8 bytes journalNo, then 16 bytes per settlementId
     * </pre>
     */
    static Serde<PostedParts> serde() {
        Serializer<PostedParts> serializer = (topic, parts) -> write(parts);
        Deserializer<PostedParts> deserializer = (topic, bytes) -> read(bytes);
        return Serdes.serdeFrom(serializer, deserializer);
    }

    private static byte @Nullable [] write(@Nullable PostedParts parts) {
        if (parts == null) {
            return null;
        }
        BookPosition position = parts.position();
        int books = position == null ? 0 : position.journals().size();
        ByteBuffer out = ByteBuffer.allocate(FORMAT_2_HEAD_BYTES
                + JOURNAL_BYTES * books
                + ID_BYTES * parts.settlementIds().size());
        out.put(FORMAT_2).putLong(parts.firstPostedAtMs()).putInt(parts.referenceParts());
        out.putInt(position == null ? -1 : books);
        if (position != null) {
            new TreeMap<>(position.journals())
                    .forEach((book, journalNo) -> out.putInt(book).putLong(journalNo));
        }
        for (UUID id : new TreeSet<>(parts.settlementIds())) {
            out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        return out.array();
    }

    private static @Nullable PostedParts read(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte format = bytes.length == 0 ? 0 : in.get();
        if (format == FORMAT_1 && bytes.length >= FORMAT_1_HEAD_BYTES) {
            return new PostedParts(in.getLong(), UNKNOWN_PARTS, null, ids(in));
        }
        if (format == FORMAT_2 && bytes.length >= FORMAT_2_HEAD_BYTES) {
            return new PostedParts(in.getLong(), in.getInt(), position(in), ids(in));
        }
        throw new IllegalStateException(
                "Stored parts of " + bytes.length + " bytes, format " + format + ", which this version can't read");
    }

    private static @Nullable BookPosition position(ByteBuffer in) {
        int books = in.getInt();
        if (books < 0) {
            return null;
        }
        BookPosition position = BookPosition.NOWHERE;
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
