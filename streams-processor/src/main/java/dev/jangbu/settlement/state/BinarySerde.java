package dev.jangbu.settlement.state;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/** Makes the serdes of stores with a binary format, big-endian. */
public final class BinarySerde {

    private BinarySerde() {}

    /** A store passes null through its serde for a key without a value, so {@code write} and {@code read} get none. */
    public static <T> Serde<T> of(Function<T, ByteBuffer> write, Function<ByteBuffer, T> read) {
        Serializer<T> serializer =
                (topic, value) -> value == null ? null : write.apply(value).array();
        Deserializer<T> deserializer = (topic, bytes) -> bytes == null ? null : read.apply(ByteBuffer.wrap(bytes));
        return Serdes.serdeFrom(serializer, deserializer);
    }

    /** The same with a first byte that tells the format. Other bytes fail the task. */
    public static <T> Serde<T> of(byte format, Function<T, ByteBuffer> write, Function<ByteBuffer, T> read) {
        return of(write, in -> {
            byte actual = in.get();
            T value = actual == format ? read.apply(in) : null;
            if (value == null || in.hasRemaining()) {
                throw new IllegalStateException("A stored value of " + in.limit() + " bytes, format " + actual
                        + ", which this version can't read");
            }
            return value;
        });
    }
}
