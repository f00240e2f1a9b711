package dev.jangbu.settlement.wallet;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Serializes a UUID as its 16 bytes, big-endian. A store orders keys by unsigned bytes, and so UUIDv7s by time. */
final class UuidSerde {

    private UuidSerde() {}

    static Serde<UUID> create() {
        Serializer<UUID> serializer = (topic, id) -> write(id);
        Deserializer<UUID> deserializer = (topic, bytes) -> read(bytes);
        return Serdes.serdeFrom(serializer, deserializer);
    }

    private static byte @Nullable [] write(@Nullable UUID id) {
        return id == null
                ? null
                : ByteBuffer.allocate(16)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .array();
    }

    private static @Nullable UUID read(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new UUID(in.getLong(), in.getLong());
    }
}
