package dev.jangbu.contract;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's wire format: a zero byte, the schema's id in four bytes, then the datum.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format">Wire
 *     format</a>
 */
public final class WireFormat {

    /** The first byte of every value. */
    public static final byte MAGIC = 0;

    /** The length of the header: the datum's offset. */
    public static final int HEADER_BYTES = 5;

    private WireFormat() {}

    /**
     * The schema id of a value.
     *
     * @throws PoisonRecordException if the value is null or not in the wire format
     */
    public static int schemaId(byte @Nullable [] value) {
        if (value == null) {
            throw new PoisonRecordException("The record has no value");
        }
        if (value.length < HEADER_BYTES) {
            throw new PoisonRecordException(
                    "The value has " + value.length + " bytes, fewer than the wire format's header of " + HEADER_BYTES);
        }
        if (value[0] != MAGIC) {
            throw new PoisonRecordException(
                    "The value begins with byte " + value[0] + ", not with the wire format's magic byte " + MAGIC);
        }
        return ByteBuffer.wrap(value).getInt(1);
    }
}
