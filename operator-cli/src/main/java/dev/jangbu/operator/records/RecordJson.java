package dev.jangbu.operator.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka records as JSON: {@code {topic, partition, offset, timestamp, key, headers, value}}.
 *
 * <ul>
 *   <li>A value that does not decode is {@code {"undecodable": reason, "hex": its first bytes}}.
 *   <li>A dead letter is decoded with the schema of its original topic.
 * </ul>
 */
public final class RecordJson {

    private static final int HEX_BYTES = 64;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final RecordSerdes serdes;
    private final Map<String, Deserializer<? extends SpecificRecord>> deserializers = new HashMap<>();

    public RecordJson(RecordSerdes serdes) {
        this.serdes = serdes;
    }

    public ObjectNode of(ConsumerRecord<byte[], byte[]> record) {
        ObjectNode json = JSON.objectNode();
        json.put("topic", record.topic());
        json.put("partition", record.partition());
        json.put("offset", record.offset());
        json.put("timestamp", Instant.ofEpochMilli(record.timestamp()).toString());
        json.put("key", text(record.key()));
        ObjectNode headers = json.putObject("headers");
        for (Header header : record.headers()) {
            headers.put(header.key(), text(header.value()));
        }
        json.set("value", value(record));
        return json;
    }

    private JsonNode value(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return JSON.nullNode();
        }
        Header origin = record.headers().lastHeader(DeadLetters.TOPIC);
        String topic = origin == null ? record.topic() : text(origin.value());
        Deserializer<? extends SpecificRecord> deserializer = topic == null ? null : deserializer(topic);
        if (deserializer == null) {
            return undecodable("no schema is known for this topic", record.value());
        }
        try {
            return AvroJson.of(deserializer.deserialize(topic, record.value()));
        } catch (PoisonRecordException e) {
            return undecodable(String.valueOf(e.getMessage()), record.value());
        }
    }

    private @Nullable Deserializer<? extends SpecificRecord> deserializer(String name) {
        return deserializers.computeIfAbsent(
                name, key -> Topics.find(key).map(this::deserializer).orElse(null));
    }

    @SuppressWarnings("unchecked") // valueType() is the class of T.
    private @Nullable Deserializer<? extends SpecificRecord> deserializer(Topic<?> topic) {
        Class<?> type = topic.valueType();
        return type != null && SpecificRecord.class.isAssignableFrom(type)
                ? serdes.of((Topic<? extends SpecificRecord>) topic).deserializer()
                : null;
    }

    private static ObjectNode undecodable(String reason, byte[] value) {
        return JSON.objectNode()
                .put("undecodable", reason)
                .put("hex", HexFormat.of().formatHex(value, 0, Math.min(value.length, HEX_BYTES)));
    }

    /** The bytes as UTF-8 text; if they are not UTF-8, as hexadecimal digits after {@code 0x}. */
    public static @Nullable String text(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
    }
}
