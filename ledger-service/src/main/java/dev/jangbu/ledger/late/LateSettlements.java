package dev.jangbu.ledger.late;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.replay.AlreadyDecidedException;
import dev.jangbu.contract.replay.DeadLetter;
import dev.jangbu.contract.replay.PostedJournals;
import dev.jangbu.contract.replay.ReplayRefusedException;
import dev.jangbu.contract.replay.Replayer;
import dev.jangbu.ledger.settings.LedgerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Reads {@code settlement.dead-letters} for requests beyond the deduplication horizon. One that was never decided is
 * sent again, after the same proof of absence that {@code dead-letters replay} gives. One that was decided is noted as a
 * duplicate. What can't be proved stays for a person.
 *
 * <p>A letter that is read twice is proved twice: the second proof finds the first replay.
 */
final class LateSettlements implements SmartLifecycle {

    static final String GROUP = "jangbu-late-settlements";

    private static final String BY = "ledger-service";
    private static final String REASON = "beyond the deduplication horizon";

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    /** A proof reads Kafka and the database, so a poll must not return more than can be proved in five minutes. */
    private static final int MAX_POLL_RECORDS = 100;

    private static final Logger log = LoggerFactory.getLogger(LateSettlements.class);

    private final LedgerSettings settings;
    private final RecordSerdes serdes;
    private final PostedJournals journals;
    private final MeterRegistry meters;
    private final Clock clock;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread thread;

    LateSettlements(
            LedgerSettings settings, RecordSerdes serdes, PostedJournals journals, MeterRegistry meters, Clock clock) {
        this.settings = settings;
        this.serdes = serdes;
        this.journals = journals;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public void start() {
        thread = Thread.ofPlatform().name("late-settlements").start(this::run);
    }

    @Override
    public void stop() {
        stopped.countDown();
        Thread running = thread;
        if (running == null) {
            return;
        }
        try {
            running.join(STOP_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        Thread running = thread;
        return running != null && running.isAlive();
    }

    private void run() {
        try {
            do {
                try (Consumer<byte[], byte[]> letters = consumer()) {
                    letters.subscribe(List.of(Topics.SETTLEMENT_DEAD_LETTERS.name()));
                    while (stopped.getCount() > 0) {
                        handle(letters.poll(POLL));
                        letters.commitSync();
                    }
                } catch (RuntimeException e) {
                    log.warn("Late settlements wait: {}", e.toString());
                }
            } while (!stopped.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(Iterable<ConsumerRecord<byte[], byte[]>> records) throws InterruptedException {
        List<DeadLetter> late = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (DeadLetters.BEYOND_HORIZON.equals(EventHeaders.text(record.headers(), DeadLetters.CAUSE))) {
                late.add(DeadLetter.of(record));
            }
        }
        if (late.isEmpty()) {
            return;
        }
        // Opened for these letters only: its transactional id excludes an operator's replay, and the other way round.
        try (Replayer replayer =
                new Replayer(settings.kafka(), settings.settlementApplicationId(), serdes, journals, clock)) {
            for (DeadLetter letter : late) {
                replay(letter, replayer);
            }
        }
    }

    private void replay(DeadLetter letter, Replayer replayer) throws InterruptedException {
        try {
            replayer.replay(letter, BY, REASON, List.of(), false);
            count("replayed");
            log.info("Replayed the late settlement of dead letter {}", letter.number());
        } catch (AlreadyDecidedException e) {
            replayer.dismiss(letter, BY, REASON, e);
            count("decided");
        } catch (ReplayRefusedException e) {
            count("refused");
            log.warn("Dead letter {} needs a person: {}", letter.number(), e.getMessage());
        }
    }

    private void count(String result) {
        meters.counter("jangbu.ledger.late.settlements", "result", result).increment();
    }

    private Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        settings.kafka(),
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        GROUP,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        GROUP,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        MAX_POLL_RECORDS,
                        // 6 s until a killed instance is replaced: the minimum that brokers allow by default.
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                        6_000,
                        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                        2_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
