package dev.jangbu.settlement.completion;

import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
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
 * @param settlementIds the parts, each once
 */
record PostedParts(long firstPostedAtMs, Set<UUID> settlementIds) {

    private static final byte FORMAT_1 = 1;
    private static final int HEAD_BYTES = 9;
    private static final int ID_BYTES = 16;

    PostedParts {
        settlementIds = Set.copyOf(settlementIds);
    }

    /** These parts and one more; the same if it is among them. */
    PostedParts with(UUID settlementId) {
        Set<UUID> ids = new LinkedHashSet<>(settlementIds);
        ids.add(settlementId);
        return new PostedParts(firstPostedAtMs, ids);
    }

    /**
     * How they lie in the store and its changelog, big-endian: byte 0 the format (1), bytes 1-8 firstPostedAtMs, then 16
     * bytes per settlementId. A new shape gets a new first byte, and is read beside this one.
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
        ByteBuffer out = ByteBuffer.allocate(
                HEAD_BYTES + ID_BYTES * parts.settlementIds().size());
        out.put(FORMAT_1).putLong(parts.firstPostedAtMs());
        for (UUID id : parts.settlementIds()) {
            out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        return out.array();
    }

    private static @Nullable PostedParts read(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        if (bytes.length < HEAD_BYTES || bytes[0] != FORMAT_1 || (bytes.length - HEAD_BYTES) % ID_BYTES != 0) {
            throw new IllegalStateException(
                    "Stored parts of " + bytes.length + " bytes, which this version can't read");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        long firstPostedAtMs = in.getLong();
        Set<UUID> ids = new LinkedHashSet<>();
        while (in.hasRemaining()) {
            ids.add(new UUID(in.getLong(), in.getLong()));
        }
        return new PostedParts(firstPostedAtMs, ids);
    }
}
