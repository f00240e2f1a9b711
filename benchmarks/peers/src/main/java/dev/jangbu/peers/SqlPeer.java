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
import org.apache.kafka.clients.consumer.ConsumerConfig;
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
 * Settles in PostgreSQL what Spring Kafka's listener brings, with one thread for each partition. Offsets are committed
 * after the database: at least once, and the journals' primary key makes it once.
 *
 * <p>Orders: {@code clear} makes the tables anew; {@code settle TOPIC N OFFSET...} settles N requests from these offsets, one
 * for each partition, and answers {@code settled N MICROS CONFLICTS}, counted from the first record that it had in hand to
 * the last commit.
 */
public final class SqlPeer {

    private final JdbcTemplate jdbc;
    private final Settler settler;
    private final Deserializer<SettlementRequested> deserializer;
    private final String kafka;

    private SqlPeer(JdbcTemplate jdbc, Settler settler, Deserializer<SettlementRequested> deserializer, String kafka) {
        this.jdbc = jdbc;
        this.settler = settler;
        this.deserializer = deserializer;
        this.kafka = kafka;
    }

    /** @param args the way: optimistic-locking, atomic-update or set-based */
    public static void main(String[] args) throws IOException, InterruptedException {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(Orders.told("PEER_JDBC_URL"));
        pool.setUsername(Orders.told("PEER_JDBC_USER"));
        pool.setPassword(Orders.told("PEER_JDBC_PASSWORD"));
        pool.setMaximumPoolSize(8);
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        try (HikariDataSource database = new HikariDataSource(pool)) {
            JdbcTemplate jdbc = new JdbcTemplate(database);
            TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(database));
            Settler settler =
                    switch (args[0]) {
                        case "optimistic-locking" -> new OptimisticLocking(jdbc, transaction);
                        case "atomic-update" -> new AtomicUpdate(jdbc, transaction);
                        case "set-based" -> new SetBased(jdbc);
                        default -> throw new IllegalArgumentException("no such way: " + args[0]);
                    };
            Deserializer<SettlementRequested> deserializer = new AvroSerdes(URI.create(Orders.told("PEER_REGISTRY")))
                    .warm(Topics.SETTLEMENT_REQUESTS)
                    .deserializer();
            new SqlPeer(jdbc, settler, deserializer, Orders.told("PEER_KAFKA")).obey();
        }
    }

    private void obey() throws IOException, InterruptedException {
        Orders orders = new Orders();
        Orders.answer("ready");
        for (List<String> order = orders.next(); order != null; order = orders.next()) {
            switch (order.getFirst()) {
                case "clear" -> {
                    clear();
                    Orders.answer("cleared");
                }
                case "settle" ->
                    settle(
                            order.get(1),
                            Long.parseLong(order.get(2)),
                            order.subList(3, order.size()).stream()
                                    .map(Long::parseLong)
                                    .toList());
                default -> throw new IllegalArgumentException("no such order: " + order);
            }
        }
    }

    private void clear() throws IOException {
        try (InputStream schema = SqlPeer.class.getResourceAsStream("schema.sql")) {
            jdbc.execute(
                    new String(Objects.requireNonNull(schema, "schema.sql").readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private void settle(String topic, long count, List<Long> offsets) throws InterruptedException {
        AtomicLong beganAt = new AtomicLong();
        AtomicLong endedAt = new AtomicLong();
        AtomicLong left = new AtomicLong(count);
        CountDownLatch done = new CountDownLatch(1);
        long conflictsBefore = conflicts();
        BatchMessageListener<byte[], byte[]> listener = records -> {
            beganAt.compareAndSet(0, System.nanoTime());
            List<SettlementRequested> requests = new ArrayList<>(records.size());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                requests.add(deserializer.deserialize(topic, record.headers(), record.value()));
            }
            settler.settle(requests);
            if (left.addAndGet(-records.size()) <= 0 && endedAt.compareAndSet(0, System.nanoTime())) {
                done.countDown();
            }
        };
        ConcurrentMessageListenerContainer<byte[], byte[]> container = container(topic, offsets, listener);
        container.start();
        done.await();
        Orders.answer(
                "settled %d %d %d",
                count - left.get(), (endedAt.get() - beganAt.get()) / 1_000, conflicts() - conflictsBefore);
        container.stop();
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
        ConcurrentMessageListenerContainer<byte[], byte[]> container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka,
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                "read_committed",
                                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                false,
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                settler.pollRecords()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer()),
                properties);
        container.setConcurrency(offsets.size());
        container.setCommonErrorHandler(
                new DefaultErrorHandler(new FixedBackOff(100, FixedBackOff.UNLIMITED_ATTEMPTS)));
        return container;
    }

    private long conflicts() {
        return settler instanceof OptimisticLocking optimistic ? optimistic.conflicts() : 0;
    }
}
