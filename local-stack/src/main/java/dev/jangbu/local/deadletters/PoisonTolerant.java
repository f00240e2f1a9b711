package dev.jangbu.local.deadletters;

import dev.jangbu.contract.PoisonRecordException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads values of which some can't be read. */
final class PoisonTolerant {

    private PoisonTolerant() {}

    /** The value, or empty if it is poison. */
    static <T> Optional<T> read(Deserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(deserializer.deserialize(record.topic(), record.value()));
        } catch (PoisonRecordException poison) {
            return Optional.empty();
        }
    }
}
