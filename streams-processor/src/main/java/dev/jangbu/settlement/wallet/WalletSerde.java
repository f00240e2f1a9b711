package dev.jangbu.settlement.wallet;

import dev.jangbu.settlement.state.BinarySerde;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.common.serialization.Serde;

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
        return BinarySerde.of(FORMAT, WalletSerde::write, WalletSerde::read);
    }

    private static ByteBuffer write(Wallet wallet) {
        return ByteBuffer.allocate(SIZE_BYTES)
                .put(FORMAT)
                .putLong(wallet.balance())
                .putLong(wallet.version())
                .putLong(wallet.updatedAt().toEpochMilli());
    }

    private static Wallet read(ByteBuffer in) {
        return new Wallet(in.getLong(), in.getLong(), Instant.ofEpochMilli(in.getLong()));
    }
}
