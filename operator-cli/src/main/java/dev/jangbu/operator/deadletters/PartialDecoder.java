package dev.jangbu.operator.deadletters;

import dev.jangbu.contract.Topics;
import dev.jangbu.contract.WireFormat;
import dev.jangbu.contract.replay.DeadLetter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** Decodes a damaged value with the current schema of its topic, field by field, up to the first field that fails. */
final class PartialDecoder {

    /**
     * The decoded part of a value.
     *
     * @param schemaId the schema id in the value; null if the value is not in the wire format
     * @param fields the decoded fields in schema order, as Avro's generic values
     * @param breaksAt the first field that does not decode; null if all do
     * @param bytesLeft the number of bytes after the decoded fields
     */
    record PartialValue(
            @Nullable Integer schemaId,
            Map<String, Object> fields,
            @Nullable String breaksAt,
            int bytesLeft) {}

    private PartialDecoder() {}

    /** The decoded part; empty if the letter's topic has no schema. */
    static Optional<PartialValue> decode(DeadLetter letter) {
        return Topics.find(letter.topic())
                .filter(topic -> topic.valueType() != null)
                .map(topic -> decode(topic.schema(), letter.record().value()));
    }

    private static PartialValue decode(Schema schema, byte @Nullable [] value) {
        if (value == null || value.length < WireFormat.HEADER_BYTES || value[0] != WireFormat.MAGIC) {
            return new PartialValue(null, Map.of(), null, value == null ? 0 : value.length);
        }
        int length = value.length - WireFormat.HEADER_BYTES;
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(value, WireFormat.HEADER_BYTES, length, null);
        Map<String, Object> fields = new LinkedHashMap<>();
        String breaksAt = null;
        for (Schema.Field field : schema.getFields()) {
            try {
                fields.put(field.name(), new GenericDatumReader<>(field.schema()).read(null, decoder));
            } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
                breaksAt = field.name();
                break;
            }
        }
        return new PartialValue(ByteBuffer.wrap(value).getInt(1), fields, breaksAt, bytesLeft(decoder));
    }

    private static int bytesLeft(BinaryDecoder decoder) {
        try {
            return decoder.inputStream().available();
        } catch (IOException e) {
            return 0;
        }
    }
}
