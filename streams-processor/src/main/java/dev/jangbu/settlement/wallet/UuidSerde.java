package dev.jangbu.settlement.wallet;

import dev.jangbu.settlement.state.BinarySerde;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serde;

/** Serializes a UUID as its 16 bytes, big-endian. A store orders keys by unsigned bytes. */
final class UuidSerde {

    private UuidSerde() {}

    static Serde<UUID> create() {
        return BinarySerde.of(
                id -> ByteBuffer.allocate(16)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits()),
                in -> new UUID(in.getLong(), in.getLong()));
    }
}
