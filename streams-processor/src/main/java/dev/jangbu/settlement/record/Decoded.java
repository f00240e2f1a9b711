package dev.jangbu.settlement;

import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.settlement.UnprocessableRecordException.Cause;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A record's value, or why it can never be read.
 *
 * <p>Kafka Streams reads a record before it is its turn. Were poison met there, its dead letter could be committed with an
 * offset that does not yet pass it, and be sent again after a crash. So reading never fails for it: the desk refuses the
 * record in its turn, and letter and offset are one transaction. A registry that does not answer still fails the task.
 *
 * @param <T> the type of the value
 */
public sealed interface Reading<T> {

    /** It reads well. */
    record Read<T>(T value) implements Reading<T> {}

    /** It is poison. */
    record Unreadable<T>(String reason) implements Reading<T> {}

    /**
     * The value.
     *
     * @throws UnprocessableRecordException if there is none to be had
     */
    default T orRefuse() {
        return switch (this) {
            case Read<T> read -> read.value();
            case Unreadable<T> unreadable ->
                throw new UnprocessableRecordException(Cause.UNREADABLE, unreadable.reason());
        };
    }

    /** For a topic that is only read. */
    static <T> Serde<Reading<T>> serde(Serde<T> values) {
        Deserializer<T> deserializer = values.deserializer();
        return Serdes.serdeFrom(
                (topic, reading) -> values.serializer().serialize(topic, reading.orRefuse()),
                (topic, bytes) -> read(deserializer, topic, bytes));
    }

    private static <T> Reading<T> read(Deserializer<T> deserializer, String topic, byte[] bytes) {
        try {
            return new Read<>(deserializer.deserialize(topic, bytes));
        } catch (PoisonRecordException poison) {
            return new Unreadable<>(String.valueOf(poison.getMessage()));
        }
    }
}
