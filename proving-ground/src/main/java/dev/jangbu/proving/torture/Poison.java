package dev.jangbu.proving.torture;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.WireFormat;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.KafkaClients;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends unprocessable records to {@code settlement.requests}, of several kinds. */
final class Poison {

    /** The header with the {@link Kind} that marks such a record. A dead letter keeps its record's headers. */
    static final String HEADER = "torture_poison";

    private static final String LAST_ROW =
            "SELECT aggregateid, payload FROM outbox ORDER BY created_at DESC, id LIMIT 1";

    private static final Map<String, Object> LIMITS = Map.of(
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000,
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
            ProducerConfig.MAX_BLOCK_MS_CONFIG, 20_000);

    private static final int NO_SUCH_SCHEMA = 1_000_000;

    /** Why a record is unprocessable. */
    enum Kind {
        /** Not in the wire format: wrong magic byte. */
        MAGIC_BYTE,
        /** Wire format with an unknown schema id: the registry responds 404. */
        UNKNOWN_SCHEMA,
        /** The right schema id with an undecodable body. */
        UNDECODABLE,
        /** A valid request on a partition that its key does not hash to. */
        WRONG_PARTITION,
        /** A decodable request that breaks the contract: the fee exceeds the amount. */
        FEE_ABOVE_AMOUNT
    }

    private Poison() {}

    /**
     * Sends the records.
     *
     * @return the kinds that were sent
     */
    static String send(Installation address, Fault.Poisoned poisoned)
            throws SQLException, IOException, ExecutionException, InterruptedException {
        SplittableRandom random = new SplittableRandom(poisoned.draw());
        int first = random.nextInt(Kind.values().length);
        try (Connection connection = address.openPayments();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LAST_ROW);
                KafkaProducer<byte[], byte[]> producer = KafkaClients.producer(address, LIMITS)) {
            if (!row.next()) {
                throw new IOException("there is no request yet to derive poison records from");
            }
            String key = row.getString("aggregateid");
            byte[] request = row.getBytes("payload");
            for (int i = 0; i < poisoned.records(); i++) {
                Kind kind = Kind.values()[(first + i) % Kind.values().length];
                producer.send(record(kind, key, request, random)).get();
            }
        }
        return "cyclic order of " + Arrays.toString(Kind.values()) + ", starting with " + Kind.values()[first];
    }

    private static ProducerRecord<byte[], byte[]> record(Kind kind, String key, byte[] request, RandomGenerator random)
            throws IOException {
        int owner = Topic.partitionFor(key, Topics.LOCAL_PARTITIONS);
        int other = (owner + 1 + random.nextInt(Topics.LOCAL_PARTITIONS - 1)) % Topics.LOCAL_PARTITIONS;
        return switch (kind) {
            case MAGIC_BYTE -> record(kind, owner, key, with(0, (byte) 1, request));
            case UNKNOWN_SCHEMA ->
                record(kind, owner, key, ofSchema(NO_SUCH_SCHEMA + random.nextInt(NO_SUCH_SCHEMA), request));
            // A string with a negative length.
            case UNDECODABLE -> record(kind, owner, key, with(WireFormat.HEADER_BYTES, (byte) 1, request));
            case WRONG_PARTITION -> record(kind, other, key, request);
            case FEE_ABOVE_AMOUNT -> record(kind, owner, key, withFeeAboveAmount(request, random));
        };
    }

    private static ProducerRecord<byte[], byte[]> record(Kind kind, int partition, String key, byte[] value) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                Topics.SETTLEMENT_REQUESTS.name(), partition, key.getBytes(StandardCharsets.UTF_8), value);
        EventHeaders.add(record.headers(), HEADER, kind.name());
        return record;
    }

    private static byte[] with(int at, byte instead, byte[] request) {
        byte[] bytes = request.clone();
        bytes[at] = instead;
        return bytes;
    }

    private static byte[] ofSchema(int schemaId, byte[] request) {
        byte[] bytes = request.clone();
        ByteBuffer.wrap(bytes).putInt(1, schemaId);
        return bytes;
    }

    /** With an id of its own. Uses Avro's own reader and writer because the registry may be down. */
    private static byte[] withFeeAboveAmount(byte[] request, RandomGenerator random) throws IOException {
        BinaryDecoder decoder = DecoderFactory.get()
                .binaryDecoder(request, WireFormat.HEADER_BYTES, request.length - WireFormat.HEADER_BYTES, null);
        SettlementRequested valid = new SpecificDatumReader<>(SettlementRequested.class).read(null, decoder);
        SettlementRequested settlement = SettlementRequested.newBuilder(valid)
                .setSettlementId(NameBasedId.ofPayment("poison", Long.toString(random.nextLong()), 0)
                        .toString())
                .setFee(Math.addExact(valid.getAmount(), 1))
                .build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(request, 0, WireFormat.HEADER_BYTES);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new SpecificDatumWriter<>(SettlementRequested.class).write(settlement, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }
}
