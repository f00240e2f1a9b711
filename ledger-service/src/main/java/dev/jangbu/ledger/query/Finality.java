package dev.jangbu.ledger.query;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.settings.LedgerSettings;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tells whether the ledger at a past time can still change.
 *
 * <p>It can't if all requests that Kafka recorded until then are decided (the offsets of streams-processor), and the
 * books have all entries of these requests. An entry has the timestamp of its request, and both topics have the same
 * partitions and order. So the first request that is not decided, or entry that is not posted, bounds the final time of
 * its partition.
 *
 * <p>The last {@link #MARGIN} is never final: clocks differ, and a broker's clock may be set back a little.
 *
 * <p>The final time is kept, and computed again only for a later time. Thread-safe.
 */
final class Finality {

    /** The time for which a past state is not final. */
    static final Duration MARGIN = Duration.ofSeconds(10);

    /** The time for which Kafka is not asked again after it did not answer. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final int TIMEOUT_MS = 3_000;

    /** A partition with so many aborted records before its first committed one is not final yet. */
    private static final long WINDOW = 1_000;

    private static final String BOOKS = """
            SELECT b.book, b.next_offset, j.recorded_at
            FROM books b LEFT JOIN journals j ON j.book = b.book AND j.no = b.last_no
            ORDER BY b.book
            """;

    private static final Logger log = LoggerFactory.getLogger(Finality.class);

    private final LedgerSettings settings;
    private final JdbcClient jdbc;
    private final Clock clock;

    private volatile Known known = new Known(Instant.MIN, Map.of());
    private volatile Instant askAgainAt = Instant.MIN;

    Finality(LedgerSettings settings, JdbcClient jdbc, Clock clock) {
        this.settings = settings;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Whether a state can still change.
     *
     * @param books empty if it can't
     */
    record State(boolean isFinal, List<BookProgress> books) {

        @Nullable
        List<BookProgress> booksUnlessFinal() {
            return isFinal ? null : books;
        }
    }

    /** @param offsets the next offset of each book then; a smaller one means that the database went back */
    private record Known(Instant until, Map<Integer, Long> offsets) {

        boolean covers(Instant at, List<Row> books) {
            Map<Integer, Long> now = books.stream().collect(Collectors.toMap(Row::book, Row::nextOffset));
            return !at.isAfter(until)
                    && offsets.entrySet().stream()
                            .allMatch(book -> now.getOrDefault(book.getKey(), 0L) >= book.getValue());
        }
    }

    private record Row(int book, long nextOffset, @Nullable Instant recordedAt) {}

    /** The state at a time. Call it before the state is read. */
    State at(Instant at) {
        List<Row> books = books();
        if (known.covers(at, books) || (mayBeFinal(at) && computed(at))) {
            return new State(true, List.of());
        }
        return new State(
                false,
                books.stream()
                        .map(book -> new BookProgress(book.book(), book.recordedAt()))
                        .toList());
    }

    private boolean mayBeFinal(Instant at) {
        Instant now = clock.instant();
        return !at.isAfter(now.minus(MARGIN)) && !now.isBefore(askAgainAt);
    }

    /** One reader asks Kafka; the others wait for its result. */
    private synchronized boolean computed(Instant at) {
        if (known.covers(at, books())) {
            return true;
        }
        if (!mayBeFinal(at)) {
            return false;
        }
        try {
            Known next = compute();
            known = next;
            return next.covers(at, books());
        } catch (KafkaException | IllegalStateException | ExecutionException | TimeoutException e) {
            log.warn("Kafka does not tell which reads are final: {}", e.toString());
            askAgainAt = clock.instant().plus(PAUSE);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Known compute() throws ExecutionException, InterruptedException, TimeoutException {
        Instant latest = clock.instant().minus(MARGIN);
        // In this order: the entries of a request whose offset is committed are written, though perhaps not committed.
        Map<Integer, Long> decided = decided();
        Optional<Instant> requests =
                firstPending(Topics.SETTLEMENT_REQUESTS, partition -> decided.getOrDefault(partition.partition(), -1L));
        Map<Integer, Long> offsets = books().stream().collect(Collectors.toMap(Row::book, Row::nextOffset));
        Optional<Instant> entries =
                firstPending(Topics.LEDGER_ENTRIES, partition -> offsets.getOrDefault(partition.partition(), -1L));
        Instant until = latest;
        for (Optional<Instant> pending : List.of(requests, entries)) {
            if (pending.isPresent() && !pending.get().isAfter(until)) {
                until = pending.get().minusNanos(1);
            }
        }
        return new Known(until, offsets);
    }

    private Map<Integer, Long> decided() throws ExecutionException, InterruptedException, TimeoutException {
        try (Admin admin = Admin.create(clientSettings())) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(
                            settings.settlementApplicationId())
                    .partitionsToOffsetAndMetadata()
                    .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            Map<Integer, Long> offsets = new HashMap<>();
            committed.forEach((partition, offset) -> {
                if (offset != null && partition.topic().equals(Topics.SETTLEMENT_REQUESTS.name())) {
                    offsets.put(partition.partition(), offset.offset());
                }
            });
            return offsets;
        }
    }

    /**
     * The earliest of the partitions' first committed records from a position on.
     *
     * @param position of the next record; −1 for the first one
     * @throws IllegalStateException if a partition has none within {@link #WINDOW}, or an open transaction
     */
    private Optional<Instant> firstPending(Topic<?> topic, ToLongFunction<TopicPartition> position) {
        try (CommittedTopic records =
                CommittedTopic.open(clientSettings(), topic.name(), Duration.ofMillis(TIMEOUT_MS))) {
            Map<TopicPartition, Long> from = new HashMap<>();
            Map<TopicPartition, Long> to = new HashMap<>();
            Set<TopicPartition> cut = new HashSet<>();
            Map<TopicPartition, Long> first = records.beginningOffsets();
            records.highWatermarks().forEach((partition, end) -> {
                long begin = Math.max(position.applyAsLong(partition), first.getOrDefault(partition, 0L));
                if (begin < end) {
                    from.put(partition, begin);
                    to.put(partition, Math.min(end, begin + WINDOW));
                    if (end > begin + WINDOW) {
                        cut.add(partition);
                    }
                }
            });
            Map<TopicPartition, Instant> pending = new HashMap<>();
            for (ConsumerRecord<byte[], byte[]> record : records.records(from, to)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                pending.putIfAbsent(partition, Instant.ofEpochMilli(record.timestamp()));
                if (pending.size() == from.size()) {
                    break;
                }
            }
            cut.removeAll(pending.keySet());
            if (!cut.isEmpty()) {
                throw new IllegalStateException("no committed record within " + WINDOW + " offsets of " + cut);
            }
            return pending.values().stream().min(Instant::compareTo);
        }
    }

    private List<Row> books() {
        return jdbc.sql(BOOKS)
                .query((row, i) -> new Row(
                        row.getInt("book"),
                        row.getLong("next_offset"),
                        Optional.ofNullable(row.getTimestamp("recorded_at"))
                                .map(Timestamp::toInstant)
                                .orElse(null)))
                .list();
    }

    private Map<String, Object> clientSettings() {
        return Map.of(
                "bootstrap.servers",
                settings.kafka(),
                "default.api.timeout.ms",
                TIMEOUT_MS,
                "request.timeout.ms",
                TIMEOUT_MS);
    }
}
