package dev.jangbu.local.deadletters;

import dev.jangbu.contract.Topics;
import dev.jangbu.contract.WireFormat;
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

/**
 * What can be made out of a value that does not decode: field after field, by the schema that its topic has today, up to the
 * one that breaks.
 *
 * @param schemaId the id that the value names; null if it is not in the wire format
 * @param fields the fields that decode, in order, as Avro's generic values
 * @param breaksAt the field that does not; null if all do
 * @param bytesLeft how many bytes follow behind what decodes
 */
public record AsFarAsItGoes(
        @Nullable Integer schemaId,
        Map<String, Object> fields,
        @Nullable String breaksAt,
        int bytesLeft) {

    /** Reads it, or says that it is of a topic without a schema. */
    public static Optional<AsFarAsItGoes> of(DeadLetter letter) {
        return Topics.ALL.stream()
                .filter(topic -> topic.name().equals(letter.topic()) && topic.valueType() != null)
                .findFirst()
                .map(topic -> read(topic.schema(), letter.record().value()));
    }

    private static AsFarAsItGoes read(Schema schema, byte @Nullable [] value) {
        if (value == null || value.length < WireFormat.HEADER_BYTES || value[0] != WireFormat.MAGIC) {
            return new AsFarAsItGoes(null, Map.of(), null, value == null ? 0 : value.length);
        }
        int end = value.length - WireFormat.HEADER_BYTES;
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(value, WireFormat.HEADER_BYTES, end, null);
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
        return new AsFarAsItGoes(ByteBuffer.wrap(value).getInt(1), fields, breaksAt, left(decoder));
    }

    private static int left(BinaryDecoder decoder) {
        try {
            return decoder.inputStream().available();
        } catch (IOException e) {
            return 0;
        }
    }
}
