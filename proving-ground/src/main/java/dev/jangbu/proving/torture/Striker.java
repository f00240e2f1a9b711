package dev.jangbu.proving.torture;

import dev.jangbu.contract.Topics;
import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Does to a stack what a plan says. */
final class Striker {

    /** The very same rows, with their time: only so are they duplicates. The role may delete and insert, and nothing else. */
    private static final String REPUBLISH = """
            WITH gone AS (
                DELETE FROM outbox
                 WHERE id IN (SELECT id FROM outbox ORDER BY md5(id::text || ?) LIMIT ?)
                RETURNING id, aggregatetype, aggregateid, type, payload, ce_time, traceparent, created_at)
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time, traceparent, created_at)
            SELECT * FROM gone
            """;

    private final OwnStack stack;
    private final StackAddress address;

    Striker(OwnStack stack, StackAddress address) {
        this.stack = stack;
        this.address = address;
    }

    /** Strikes, and says what came of it. */
    String strike(Fault fault) throws InterruptedException {
        try {
            return switch (fault) {
                case Fault.Killed killed -> kill(killed.part());
                case Fault.Paused paused -> pause(paused);
                case Fault.Republished republished -> republish(republished);
                case Fault.Poisoned poisoned -> poison(poisoned);
            };
        } catch (SQLException | KafkaException | IOException | ExecutionException e) {
            return "not done, something else is down: " + e.getMessage();
        }
    }

    private String kill(String part) {
        Optional<ProcessHandle> process = stack.process(part);
        process.ifPresent(ProcessHandle::destroyForcibly);
        return process.map(killed -> "process " + killed.pid()).orElse("it is down already");
    }

    private String pause(Fault.Paused paused) throws IOException, InterruptedException {
        Optional<ProcessHandle> process = stack.process(paused.part());
        if (process.isEmpty()) {
            return "it is down already";
        }
        String pid = Long.toString(process.get().pid());
        signal("-STOP", pid);
        try {
            Thread.sleep(paused.duration());
        } finally {
            signal("-CONT", pid);
        }
        return "process " + pid + " goes on";
    }

    private static void signal(String signal, String pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, pid).inheritIO().start().waitFor();
    }

    private String republish(Fault.Republished republished) throws SQLException {
        try (Connection connection = address.openAs("jangbu_maintenance");
                PreparedStatement statement = connection.prepareStatement(REPUBLISH)) {
            statement.setString(1, Integer.toString(republished.draw()));
            statement.setInt(2, republished.rows());
            return statement.executeUpdate() + " rows";
        }
    }

    private String poison(Fault.Poisoned poisoned) throws ExecutionException, InterruptedException {
        SplittableRandom random = new SplittableRandom(poisoned.draw());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        address.kafka(),
                        "delivery.timeout.ms",
                        20_000,
                        "request.timeout.ms",
                        5_000),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < poisoned.records(); i++) {
                byte[] value = new byte[1 + random.nextInt(100)];
                random.nextBytes(value);
                // Not the wire format's magic byte: what begins with that may name a schema by chance.
                value[0] = 1;
                producer.send(new ProducerRecord<>(
                                Topics.SETTLEMENT_REQUESTS.name(),
                                random.nextInt(Topics.LOCAL_PARTITIONS),
                                "nobody:KRW".getBytes(StandardCharsets.UTF_8),
                                value))
                        .get();
            }
        }
        return "on their way";
    }
}
