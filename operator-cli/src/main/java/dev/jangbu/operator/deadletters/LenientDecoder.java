package dev.jangbu.operator.deadletters;

import dev.jangbu.contract.PoisonRecordException;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Decodes values and skips those that do not decode. */
final class LenientDecoder {

    private LenientDecoder() {}

    /** The decoded value; empty if it does not decode. */
    static <T> Optional<T> decode(Deserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(deserializer.deserialize(record.topic(), record.value()));
        } catch (PoisonRecordException e) {
            return Optional.empty();
        }
    }
}
