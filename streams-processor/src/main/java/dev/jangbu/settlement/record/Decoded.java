package dev.jangbu.settlement.record;

import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.settlement.record.UnprocessableRecordException.Cause;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The value of a record, or the reason why it can never be decoded (a poison pill).
 *
 * <p>Kafka Streams deserializes a record before its turn. If poison failed there, its dead letter could be committed
 * with an offset that does not pass it yet, and be sent a second time after a crash. So decoding does not fail for
 * poison: the processor rejects the record in its turn, and dead letter and offset are committed in one transaction. A
 * registry that does not answer still fails the task.
 */
public sealed interface Decoded<T> {

    /** The value was decoded. */
    record Value<T>(T value) implements Decoded<T> {}

    /** The bytes can never be decoded. */
    record Poison<T>(String reason) implements Decoded<T> {}

    /** @throws UnprocessableRecordException if the record is poison */
    default T orThrow() {
        return switch (this) {
            case Value<T> decoded -> decoded.value();
            case Poison<T> poison -> throw new UnprocessableRecordException(Cause.UNREADABLE, poison.reason());
        };
    }

    /** The serde of a source topic. */
    static <T> Serde<Decoded<T>> serde(Serde<T> values) {
        Deserializer<T> deserializer = values.deserializer();
        return Serdes.serdeFrom(
                (topic, decoded) -> values.serializer().serialize(topic, decoded.orThrow()),
                (topic, bytes) -> decode(deserializer, topic, bytes));
    }

    private static <T> Decoded<T> decode(Deserializer<T> deserializer, String topic, byte[] bytes) {
        try {
            return new Value<>(deserializer.deserialize(topic, bytes));
        } catch (PoisonRecordException e) {
            return new Poison<>(String.valueOf(e.getMessage()));
        }
    }
}
