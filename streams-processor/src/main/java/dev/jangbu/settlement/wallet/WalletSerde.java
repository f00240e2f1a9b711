package dev.jangbu.settlement.wallet;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The format of a wallet in its store and changelog, 25 bytes, big-endian:
 *
 * <pre>
 *   byte 0      the format, 1
 *   bytes 1-8   balance, minor units
 *   bytes 9-16  version
 *   bytes 17-24 updatedAt, milliseconds since 1970, UTC
 * </pre>
 *
 * A new format takes a new first byte. This class then reads both formats and writes the new one; a wallet is rewritten
 * with its next entry. An unknown format fails the task.
 */
final class WalletSerde {

    private static final byte FORMAT = 1;
    private static final int SIZE_BYTES = 25;

    private WalletSerde() {}

    static Serde<Wallet> create() {
        Serializer<Wallet> serializer = (topic, wallet) -> write(wallet);
        Deserializer<Wallet> deserializer = (topic, bytes) -> read(bytes);
        return Serdes.serdeFrom(serializer, deserializer);
    }

    // The store passes null through its serde for a key without a wallet.
    private static byte @Nullable [] write(@Nullable Wallet wallet) {
        if (wallet == null) {
            return null;
        }
        return ByteBuffer.allocate(SIZE_BYTES)
                .put(FORMAT)
                .putLong(wallet.balance())
                .putLong(wallet.version())
                .putLong(wallet.updatedAt().toEpochMilli())
                .array();
    }

    private static @Nullable Wallet read(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        if (bytes.length != SIZE_BYTES || bytes[0] != FORMAT) {
            throw new IllegalStateException("A stored wallet of " + bytes.length + " bytes, format "
                    + (bytes.length == 0 ? "none" : bytes[0]) + ", which this version can't read");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, SIZE_BYTES - 1);
        return new Wallet(in.getLong(), in.getLong(), Instant.ofEpochMilli(in.getLong()));
    }
}
