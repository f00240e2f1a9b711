package dev.jangbu.settlement;

import dev.jangbu.contract.Topic;
import dev.jangbu.settlement.UnprocessableRecordException.Cause;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks that a record is where its key belongs, and that ids are what they claim to be. */
public final class RecordKeys {

    private RecordKeys() {}

    /**
     * Checks the key against the value and the partition.
     *
     * @param expected what the value says the key is
     * @throws UnprocessableRecordException if another writer owns the key
     */
    public static void require(@Nullable String key, String expected, int partition, int partitions) {
        if (key == null || !key.equals(expected)) {
            throw new UnprocessableRecordException(
                    Cause.WRONG_KEY, "The key is " + key + " but the value belongs to " + expected);
        }
        int owner = Topic.partitionFor(key, partitions);
        if (owner != partition) {
            throw new UnprocessableRecordException(
                    Cause.WRONG_KEY,
                    "The key " + key + " belongs to partition " + owner + " of " + partitions + ", not " + partition);
        }
    }

    /**
     * Reads a settlementId.
     *
     * @throws UnprocessableRecordException unless it is a UUIDv7 (RFC 9562) in lower case: a second spelling of one id
     *     would pass as another settlement
     */
    public static UUID settlementId(String text) {
        UUID id;
        try {
            id = UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw notAnId(text);
        }
        if (id.version() != 7 || id.variant() != 2 || !id.toString().equals(text)) {
            throw notAnId(text);
        }
        return id;
    }

    private static UnprocessableRecordException notAnId(String text) {
        return new UnprocessableRecordException(Cause.OUTSIDE_CONTRACT, "Not a UUIDv7 in lower case: " + text);
    }
}
