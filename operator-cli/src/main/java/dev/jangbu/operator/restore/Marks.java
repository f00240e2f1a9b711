package dev.jangbu.operator.restore;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.CommandException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/** The marks of the database: whether it continues the history on Kafka, and the mark that opens it again. */
final class Marks {

    private static final Comparator<DatabaseMark> BY_AGE =
            Comparator.comparingLong(DatabaseMark::getEpoch).thenComparingLong(DatabaseMark::getSequence);

    /** An open database gets a mark every two seconds. */
    private static final String STATE = """
            SELECT position.lsn IS NULL AS is_standby, position.lsn,
                   coalesce(position.system_identifier = ? AND position.timeline >= ? AND position.lsn >= ?
                            AND EXISTS (SELECT FROM marks WHERE sequence = ? AND nonce = ?), false) AS stands,
                   coalesce((SELECT max(written_at) FROM marks) > now() - interval '30 seconds', false) AS is_fresh,
                   (SELECT coalesce(max(acknowledged), 0) FROM marks WHERE written_at < now() - interval '30 seconds')
                       AS acknowledged,
                   (SELECT max(written_at) FROM marks WHERE epoch <= ?) AS reached_at,
                   now() AS now
              FROM server_position AS position
            """;

    private static final String OPEN = """
            WITH opened AS (
                INSERT INTO marks (sequence, epoch)
                SELECT greatest(?, coalesce(max(sequence), 0)) + 1, greatest(?, coalesce(max(epoch), 0)) + 1 FROM marks
                RETURNING *
            )
            SELECT position.database, position.system_identifier, position.timeline, position.lsn,
                   opened.epoch, opened.sequence, opened.nonce, opened.written_at
              FROM opened, server_position AS position
            """;

    private final String kafka;
    private final Serde<DatabaseMark> serde;

    Marks(String kafka, RecordSerdes serdes) {
        this.kafka = kafka;
        this.serde = serdes.warm(Topics.PAYMENT_MARKS);
    }

    /**
     * The database beside Kafka's newest mark.
     *
     * @param newest Kafka's newest mark
     * @param stands whether the database contains it
     * @param isFresh whether a mark was written within half a minute: payment-api has the database open
     * @param lsn the end of the WAL, in bytes since 0/0
     * @param reachedAt the time of the newest mark that the database contains; null: it has none
     * @param now the database's time
     */
    record State(
            DatabaseMark newest,
            boolean stands,
            boolean isFresh,
            long lsn,
            @Nullable Instant reachedAt,
            Instant now) {}

    /** @throws CommandException if Kafka can't tell whether the database went back */
    State read(Database database) throws SQLException {
        String name = database.first("SELECT current_database()", row -> row.getString(1))
                .orElseThrow();
        DatabaseMark newest = newest(name);
        if (newest == null) {
            throw new CommandException(
                    "Kafka has no mark of %s: it is not this database's Kafka, or it went back itself."
                            .formatted(name));
        }
        return database.first(
                        STATE,
                        row -> state(row, newest),
                        newest.getSystemIdentifier(),
                        newest.getTimeline(),
                        newest.getLsn(),
                        newest.getSequence(),
                        UUID.fromString(newest.getNonce()),
                        newest.getEpoch())
                .orElseThrow();
    }

    private static State state(ResultSet row, DatabaseMark newest) throws SQLException {
        if (row.getBoolean("is_standby")) {
            throw new CommandException("The server is a standby.");
        }
        if (row.getLong("acknowledged") > newest.getSequence()) {
            throw new CommandException("Kafka went back: it had acknowledged mark %d and ends at mark %d."
                    .formatted(row.getLong("acknowledged"), newest.getSequence()));
        }
        return new State(
                newest,
                row.getBoolean("stands"),
                row.getBoolean("is_fresh"),
                row.getLong("lsn"),
                Database.instant(row, "reached_at"),
                Objects.requireNonNull(Database.instant(row, "now")));
    }

    /** The same as {@link #open(Database, DatabaseMark)} with Kafka's newest mark, which may be lost. */
    DatabaseMark open(Database maintenance) throws SQLException {
        String name = maintenance
                .first("SELECT current_database()", row -> row.getString(1))
                .orElseThrow();
        return open(maintenance, newest(name));
    }

    /**
     * Writes a mark of a raised epoch, and publishes it after its commit.
     *
     * @param newest Kafka's newest mark; null if it has none
     */
    DatabaseMark open(Database maintenance, @Nullable DatabaseMark newest) throws SQLException {
        long sequence = newest == null ? 0 : newest.getSequence();
        long epoch = newest == null ? 0 : newest.getEpoch();
        DatabaseMark mark =
                maintenance.first(OPEN, Marks::mark, sequence, epoch).orElseThrow();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            String topic = Topics.PAYMENT_MARKS.name();
            producer.send(new ProducerRecord<>(
                            topic,
                            mark.getDatabase().getBytes(StandardCharsets.UTF_8),
                            serde.serializer().serialize(topic, mark)))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("The mark could not be published", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("Interrupted.", e);
        }
        return mark;
    }

    private static DatabaseMark mark(ResultSet row) throws SQLException {
        return DatabaseMark.newBuilder()
                .setDatabase(row.getString("database"))
                .setSystemIdentifier(row.getLong("system_identifier"))
                .setTimeline(row.getInt("timeline"))
                .setLsn(row.getLong("lsn"))
                .setEpoch(row.getLong("epoch"))
                .setSequence(row.getLong("sequence"))
                .setNonce(row.getString("nonce"))
                .setWrittenAt(Objects.requireNonNull(Database.instant(row, "written_at")))
                .build();
    }

    private @Nullable DatabaseMark newest(String database) {
        DatabaseMark newest = null;
        try (CommittedTopic topic = CommittedTopic.open(kafka, Topics.PAYMENT_MARKS)) {
            for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
                if (record.value() != null && database.equals(new String(record.key(), StandardCharsets.UTF_8))) {
                    DatabaseMark mark = serde.deserializer().deserialize(record.topic(), record.value());
                    newest = newest == null || BY_AGE.compare(mark, newest) > 0 ? mark : newest;
                }
            }
        }
        return newest;
    }
}
