package dev.jangbu.proving.bugs;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.audit.Breaches;
import dev.jangbu.proving.stack.StackAddress;
import java.net.URI;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Nothing is announced before it is in the book: whoever reads a posting finds its journal committed, and whoever reads a
 * completion finds the journals of all its parts. Afterwards nobody could tell; so this reads along, and looks at once.
 */
final class AnnouncedTooEarly implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);

    private static final String HASHES = """
            SELECT settlement_id, encode(hash, 'hex') AS hash FROM journals WHERE settlement_id = ANY (?)
            """;

    private static final String PARTS = """
            SELECT reference_id, count(*) AS parts FROM journals WHERE reference_id = ANY (?) GROUP BY reference_id
            """;

    private final StackAddress stack;
    private final Breaches breaches = new Breaches();
    private final Thread reader;
    private volatile boolean stopped;
    private volatile String trouble = "";

    AnnouncedTooEarly(StackAddress stack) {
        this.stack = stack;
        this.reader =
                Thread.ofPlatform().daemon().name("postings-and-completions").start(this::read);
    }

    /** What was announced too early, of all that there was until now; nothing more is looked at afterwards. */
    Breaches stop() throws InterruptedException {
        stopped = true;
        reader.join(STOPPED_WITHIN);
        if (!trouble.isEmpty()) {
            throw new IllegalStateException("Postings and completions were not read along: " + trouble);
        }
        return breaches;
    }

    private void read() {
        AvroSerdes serdes = new AvroSerdes(URI.create(stack.registry()));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer();
                var postings = serdes.of(Topics.LEDGER_POSTINGS).deserializer();
                var completions = serdes.of(Topics.SETTLEMENT_COMPLETIONS).deserializer()) {
            List<TopicPartition> partitions = Stream.of(Topics.LEDGER_POSTINGS, Topics.SETTLEMENT_COMPLETIONS)
                    .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!stopped) {
                ConsumerRecords<byte[], byte[]> batch = consumer.poll(POLL);
                Map<UUID, String> posted = new HashMap<>();
                Map<UUID, Long> completed = new HashMap<>();
                for (ConsumerRecord<byte[], byte[]> record : batch) {
                    if (record.topic().equals(Topics.LEDGER_POSTINGS.name())) {
                        var posting = postings.deserialize(record.topic(), record.value());
                        byte[] hash = new byte[posting.getHash().remaining()];
                        posting.getHash().duplicate().get(hash);
                        posted.put(
                                UUID.fromString(posting.getSettlementId()),
                                HexFormat.of().formatHex(hash));
                    } else {
                        var completion = completions.deserialize(record.topic(), record.value());
                        completed.put(UUID.fromString(completion.getReferenceId()), (long) completion.getParts());
                    }
                }
                if (!posted.isEmpty() || !completed.isEmpty()) {
                    look(posted, completed);
                }
            }
        } catch (RuntimeException e) {
            trouble = e.toString();
        }
    }

    private void look(Map<UUID, String> posted, Map<UUID, Long> completed) {
        while (true) {
            try (Connection ledger = stack.openLedger()) {
                Map<UUID, String> hashes = new HashMap<>();
                each(
                        ledger,
                        HASHES,
                        posted.keySet().toArray(UUID[]::new),
                        row -> hashes.put(row.getObject("settlement_id", UUID.class), row.getString("hash")));
                Map<UUID, Long> parts = new HashMap<>();
                each(
                        ledger,
                        PARTS,
                        completed.keySet().toArray(UUID[]::new),
                        row -> parts.put(row.getObject("reference_id", UUID.class), row.getLong("parts")));
                posted.forEach((id, hash) -> {
                    String there = hashes.getOrDefault(id, "none");
                    if (!there.equals(hash)) {
                        breaches.add(
                                "settlement %s was announced with the hash %s, and in the book was %s",
                                id, hash, there);
                    }
                });
                completed.forEach((id, wanted) -> {
                    long there = parts.getOrDefault(id, 0L);
                    if (there < wanted) {
                        breaches.add("%s was complete with %d parts, and in the book were %d", id, wanted, there);
                    }
                });
                return;
            } catch (SQLException e) {
                // Whoever can't look, looks as soon as it is possible: by then it must be there all the same.
                if (stopped) {
                    return;
                }
                rest();
            }
        }
    }

    private static void rest() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private static void each(Connection connection, String sql, UUID[] ids, Row row) throws SQLException {
        if (ids.length == 0) {
            return;
        }
        Array array = connection.createArrayOf("uuid", ids);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, array);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    row.read(rows);
                }
            }
        } finally {
            array.free();
        }
    }

    @Override
    public void close() {
        stopped = true;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.kafka(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
