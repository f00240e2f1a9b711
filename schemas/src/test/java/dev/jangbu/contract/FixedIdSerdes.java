package dev.jangbu.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * Serdes without a registry, for tests. The schema id is the topic's position in the catalogue, counted from 1. No
 * other id exists.
 */
public final class FixedIdSerdes implements RecordSerdes {

    @Override
    public <T extends SpecificRecord> Serde<T> of(Topic<T> topic) {
        int id = Topics.ALL.indexOf(topic) + 1;
        return Serdes.serdeFrom((name, value) -> write(topic, id, value), (name, bytes) -> read(topic, id, bytes));
    }

    private static <T extends SpecificRecord> byte[] write(Topic<T> topic, int id, T value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(WireFormat.HEADER_BYTES)
                .put(WireFormat.MAGIC)
                .putInt(id)
                .array());
        try {
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new SpecificDatumWriter<T>(topic.schema()).write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    private static <T extends SpecificRecord> T read(Topic<T> topic, int id, byte @Nullable [] bytes) {
        int actual = WireFormat.schemaId(bytes);
        if (actual != id) {
            throw new PoisonRecordException("The registry has no schema of id " + actual);
        }
        byte[] value = Objects.requireNonNull(bytes);
        try {
            return new SpecificDatumReader<T>(topic.schema())
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(
                                            value,
                                            WireFormat.HEADER_BYTES,
                                            value.length - WireFormat.HEADER_BYTES,
                                            null));
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
            throw new PoisonRecordException(
                    "The bytes don't decode as " + topic.schema().getName(), e);
        }
    }
}
