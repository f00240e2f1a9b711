package dev.jangbu.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.support.TopicPartitionOffset;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Settles in PostgreSQL with a Spring Kafka listener, one thread per partition. Offsets are committed after the
 * database transaction: delivery is at least once, and the primary key of journals makes the effect exactly once.
 *
 * <p>Commands:
 *
 * <ul>
 *   <li>{@code clear} recreates the tables and replies {@code cleared}
 *   <li>{@code settle TOPIC N OFFSET...} settles N requests from these offsets, one offset per partition, and replies
 *       {@code settled MICROS}, measured from the first record received to the last commit
 * </ul>
 */
public final class SqlPeer {

    private final JdbcTemplate jdbc;
    private final SettlementStrategy strategy;
    private final Deserializer<SettlementRequested> deserializer;
    private final String kafka;

    private SqlPeer(
            JdbcTemplate jdbc,
            SettlementStrategy strategy,
            Deserializer<SettlementRequested> deserializer,
            String kafka) {
        this.jdbc = jdbc;
        this.strategy = strategy;
        this.deserializer = deserializer;
        this.kafka = kafka;
    }

    /**
     * Runs until standard input ends.
     *
     * @param args the strategy: optimistic-locking, atomic-update or set-based
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(CommandLine.environment("PEER_JDBC_URL"));
        pool.setUsername(CommandLine.environment("PEER_JDBC_USER"));
        pool.setPassword(CommandLine.environment("PEER_JDBC_PASSWORD"));
        pool.setMaximumPoolSize(8);
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        try (HikariDataSource database = new HikariDataSource(pool)) {
            JdbcTemplate jdbc = new JdbcTemplate(database);
            TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(database));
            SettlementStrategy strategy =
                    switch (args[0]) {
                        case "optimistic-locking" -> new OptimisticLocking(jdbc, transaction);
                        case "atomic-update" -> new AtomicUpdate(jdbc, transaction);
                        case "set-based" -> new SetBased(jdbc);
                        default -> throw new IllegalArgumentException("unknown strategy: " + args[0]);
                    };
            Deserializer<SettlementRequested> deserializer = new AvroSerdes(
                            URI.create(CommandLine.environment("PEER_REGISTRY")))
                    .warm(Topics.SETTLEMENT_REQUESTS)
                    .deserializer();
            SqlPeer peer = new SqlPeer(jdbc, strategy, deserializer, CommandLine.environment("PEER_KAFKA"));
            CommandLine.serve(peer::execute);
        }
    }

    private String execute(List<String> command) throws IOException, InterruptedException {
        return switch (command.getFirst()) {
            case "clear" -> {
                clear();
                yield "cleared";
            }
            case "settle" ->
                settle(
                        command.get(1),
                        Long.parseLong(command.get(2)),
                        command.subList(3, command.size()).stream()
                                .map(Long::parseLong)
                                .toList());
            default -> throw new IllegalArgumentException("unknown command: " + command);
        };
    }

    private void clear() throws IOException {
        try (InputStream schema = SqlPeer.class.getResourceAsStream("schema.sql")) {
            jdbc.execute(
                    new String(Objects.requireNonNull(schema, "schema.sql").readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private String settle(String topic, long count, List<Long> offsets) throws InterruptedException {
        AtomicLong startedAt = new AtomicLong();
        AtomicLong endedAt = new AtomicLong();
        AtomicLong remaining = new AtomicLong(count);
        CountDownLatch done = new CountDownLatch(1);
        BatchMessageListener<byte[], byte[]> listener = records -> {
            startedAt.compareAndSet(0, System.nanoTime());
            List<SettlementRequested> requests = new ArrayList<>(records.size());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                requests.add(deserializer.deserialize(topic, record.headers(), record.value()));
            }
            strategy.settle(requests);
            if (remaining.addAndGet(-records.size()) <= 0 && endedAt.compareAndSet(0, System.nanoTime())) {
                done.countDown();
            }
        };
        ConcurrentMessageListenerContainer<byte[], byte[]> container = container(topic, offsets, listener);
        container.start();
        done.await();
        container.stop();
        return "settled " + (endedAt.get() - startedAt.get()) / 1_000;
    }

    private ConcurrentMessageListenerContainer<byte[], byte[]> container(
            String topic, List<Long> offsets, BatchMessageListener<byte[], byte[]> listener) {
        TopicPartitionOffset[] partitions = new TopicPartitionOffset[offsets.size()];
        for (int partition = 0; partition < partitions.length; partition++) {
            partitions[partition] = new TopicPartitionOffset(topic, partition, offsets.get(partition));
        }
        ContainerProperties properties = new ContainerProperties(partitions);
        properties.setGroupId("peer");
        properties.setAckMode(ContainerProperties.AckMode.BATCH);
        properties.setMessageListener(listener);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                kafka,
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false,
                "max.poll.records",
                strategy.maxPollRecords());
        ConcurrentMessageListenerContainer<byte[], byte[]> container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                properties);
        container.setConcurrency(offsets.size());
        container.setCommonErrorHandler(
                new DefaultErrorHandler(new FixedBackOff(100, FixedBackOff.UNLIMITED_ATTEMPTS)));
        return container;
    }
}
