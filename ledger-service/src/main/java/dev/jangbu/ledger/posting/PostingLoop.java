package dev.jangbu.ledger.posting;

import static java.util.Objects.requireNonNull;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Migrations;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Runs posting on its own thread: migrates the database, waits for schemas and topics, and posts until
 * {@link #stop()}. Each step is retried with back-off until it succeeds.
 */
final class PostingLoop implements SmartLifecycle {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final Migrations migrations;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final RecordSerdes serdes;
    private final BookWriter writer;
    private final int writerThreads;
    private final PostingStatus status;
    private final Clock clock;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread thread;
    private @Nullable Serde<LedgerEntry> entries;
    private @Nullable Serde<LedgerPosted> postings;

    PostingLoop(
            Migrations migrations,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Supplier<Producer<byte[], byte[]>> producers,
            RecordSerdes serdes,
            BookWriter writer,
            int writerThreads,
            PostingStatus status,
            Clock clock) {
        this.migrations = migrations;
        this.consumers = consumers;
        this.producers = producers;
        this.serdes = serdes;
        this.writer = writer;
        this.writerThreads = writerThreads;
        this.status = status;
        this.clock = clock;
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().name("posting").start(this::run);
    }

    /** Ends after the current batch and leaves the group, so that other instances take over immediately. */
    @Override
    public void stop() {
        stopped.countDown();
        Thread posting = thread;
        if (posting == null) {
            return;
        }
        try {
            posting.join(STOP_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        Thread posting = thread;
        return posting != null && posting.isAlive();
    }

    private void run() {
        retryUntilSuccess("The database cannot be migrated", migrations::run);
        retryUntilSuccess("The schema registry does not give the schemas", this::resolveSchemas);
        retryUntilSuccess("Posting failed", this::post);
    }

    /** At the start, so that posting does not depend on the registry later. */
    private void resolveSchemas() {
        entries = serdes.warm(Topics.LEDGER_ENTRIES);
        postings = serdes.warm(Topics.LEDGER_POSTINGS);
    }

    /** Posts until {@link #stop()} or an exception. */
    private void post() {
        Deserializer<LedgerEntry> deserializer = requireNonNull(entries).deserializer();
        Serializer<LedgerPosted> serializer = requireNonNull(postings).serializer();
        try (PostingPublisher publisher = new PostingPublisher(producers, serializer)) {
            Consumer<byte[], byte[]> consumer = consumers.get();
            try {
                int partitions = partitions(consumer, Topics.LEDGER_ENTRIES.name());
                partitions(consumer, Topics.LEDGER_POSTINGS.name());
                partitions(consumer, Topics.SETTLEMENT_DEAD_LETTERS.name());
                EntryDecoder decoder = new EntryDecoder(deserializer, partitions);
                try (PostingCycle cycle =
                        new PostingCycle(consumer, decoder, writer, writerThreads, publisher, status, clock)) {
                    cycle.subscribe();
                    while (isActive()) {
                        cycle.runOnce();
                    }
                }
            } finally {
                status.left();
                consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
            }
        }
    }

    private static int partitions(Consumer<byte[], byte[]> consumer, String topic) {
        int partitions = consumer.partitionsFor(topic).size();
        if (partitions == 0) {
            throw new IllegalStateException("The topic " + topic + " does not exist");
        }
        return partitions;
    }

    private void retryUntilSuccess(String failure, Step step) {
        Backoff backoff = new Backoff(clock);
        while (isActive()) {
            try {
                step.run();
                status.recovered();
                return;
            } catch (SQLException | RuntimeException e) {
                status.reportFailure(failure, e);
                await(backoff.failed());
            }
        }
    }

    private boolean isActive() {
        return stopped.getCount() > 0;
    }

    private void await(Duration wait) {
        try {
            stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopped.countDown();
        }
    }

    private interface Step {
        void run() throws SQLException;
    }
}
