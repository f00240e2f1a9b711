package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for what the settlement needs before it can start, and says what it waits for: Kafka, the topics, the schemas. */
final class Prerequisites {

    private static final List<Topic<?>> NEEDED = List.of(
            Topics.SETTLEMENT_REQUESTS,
            Topics.LEDGER_ENTRIES,
            Topics.LEDGER_POSTINGS,
            Topics.SETTLEMENT_COMPLETIONS,
            Topics.SETTLEMENT_DEAD_LETTERS);

    private static final long LOOK_AGAIN_MS = 500;
    private static final long ANSWER_WITHIN_SECONDS = 10;
    /** How many looks pass between two lines in the log about the same wait. */
    private static final int LOOKS_PER_LINE = 20;

    private static final Logger log = LoggerFactory.getLogger(Prerequisites.class);

    private final String kafka;
    private final Schemas schemas;
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile String waitingFor = "waits for Kafka";

    Prerequisites(String kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    /** What is missing, for people. */
    String waitingFor() {
        return waitingFor;
    }

    /** Ends the wait. */
    void close() {
        closing.countDown();
    }

    /**
     * Waits, for as long as it takes.
     *
     * @return the partition count of the keyed topics
     * @throws InterruptedException if {@link #close} ended the wait
     * @throws IllegalStateException if the topics disagree: their counts are fixed for life, so waiting is no use
     */
    int await() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            for (int look = 0; ; look++) {
                try {
                    int partitions = partitions(admin);
                    schemas.warm();
                    log.info("Kafka, the topics ({} partitions) and the schemas are there", partitions);
                    return partitions;
                } catch (NotYetException | RegistryUnavailableException e) {
                    waitingFor = String.valueOf(e.getMessage());
                    if (look % LOOKS_PER_LINE == 0) {
                        log.warn("Waiting: {}", waitingFor);
                    }
                }
                if (closing.await(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("closed");
                }
            }
        }
    }

    private int partitions(Admin admin) throws NotYetException, InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> topics = admin.describeTopics(
                        NEEDED.stream().<String>map(Topic::name).toList())
                .topicNameValues();
        Map<String, Integer> counts = new TreeMap<>();
        List<String> missing = new ArrayList<>();
        for (Topic<?> topic : NEEDED) {
            try {
                int count = Objects.requireNonNull(topics.get(topic.name()), topic.name())
                        .get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)
                        .partitions()
                        .size();
                if (topic.keyed()) {
                    counts.put(topic.name(), count);
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw new NotYetException("Kafka at " + kafka + ": " + e.getCause());
                }
                missing.add(topic.name());
            } catch (TimeoutException e) {
                throw new NotYetException("Kafka at " + kafka + " does not answer");
            }
        }
        if (!missing.isEmpty()) {
            throw new NotYetException("these topics do not exist yet: " + missing);
        }
        return onlyCount(counts);
    }

    private static int onlyCount(Map<String, Integer> counts) {
        if (Set.copyOf(counts.values()).size() != 1) {
            throw new IllegalStateException("The topics must have the same number of partitions, but have " + counts);
        }
        return counts.values().iterator().next();
    }

    private static final class NotYetException extends Exception {
        NotYetException(String message) {
            super(message);
        }
    }
}
