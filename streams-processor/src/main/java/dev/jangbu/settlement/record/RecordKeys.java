package dev.jangbu.settlement.record;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.UuidText;
import dev.jangbu.settlement.record.UnprocessableRecordException.Cause;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Validates record keys and settlement ids. */
public final class RecordKeys {

    private RecordKeys() {}

    /**
     * @param expected the key that the value implies
     * @throws UnprocessableRecordException if the key differs, or hashes to another partition
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
     * @throws UnprocessableRecordException unless it is a UUID (RFC 9562) in lower case; another spelling of the same id
     *     would count as another settlement
     */
    public static UUID settlementId(String text) {
        return UuidText.parseLowerCase(text)
                .filter(id -> id.variant() == 2)
                .orElseThrow(() ->
                        new UnprocessableRecordException(Cause.OUTSIDE_CONTRACT, "Not a UUID in lower case: " + text));
    }
}
