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

/** Waits until Kafka, the topics and the schemas are available, and reports the missing ones. */
final class Prerequisites {

    private static final List<Topic<?>> REQUIRED = List.of(
            Topics.SETTLEMENT_REQUESTS,
            Topics.LEDGER_ENTRIES,
            Topics.LEDGER_POSTINGS,
            Topics.SETTLEMENT_COMPLETIONS,
            Topics.SETTLEMENT_DEAD_LETTERS);

    private static final long RETRY_INTERVAL_MS = 500;
    private static final long ADMIN_TIMEOUT_SECONDS = 10;
    /** Every n-th attempt is logged. */
    private static final int ATTEMPTS_PER_LOG_LINE = 20;

    private static final Logger log = LoggerFactory.getLogger(Prerequisites.class);

    private final String kafka;
    private final Schemas schemas;
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile String waitingFor = "waiting for Kafka";

    Prerequisites(String kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    /** A description of the missing prerequisite. */
    String waitingFor() {
        return waitingFor;
    }

    /** Ends the wait. */
    void close() {
        closing.countDown();
    }

    /**
     * Waits without a time limit.
     *
     * @return the partition count of the keyed topics
     * @throws InterruptedException if {@link #close} ended the wait
     * @throws IllegalStateException if the topics have different partition counts, which can't change
     */
    int await() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            for (int attempt = 0; ; attempt++) {
                try {
                    int partitions = partitions(admin);
                    schemas.warm();
                    log.info("Kafka, the topics ({} partitions) and the schemas are available", partitions);
                    return partitions;
                } catch (UnavailableException | RegistryUnavailableException e) {
                    waitingFor = String.valueOf(e.getMessage());
                    if (attempt % ATTEMPTS_PER_LOG_LINE == 0) {
                        log.warn("Waiting: {}", waitingFor);
                    }
                }
                if (closing.await(RETRY_INTERVAL_MS, TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("closed");
                }
            }
        }
    }

    private int partitions(Admin admin) throws UnavailableException, InterruptedException {
        Map<String, KafkaFuture<TopicDescription>> topics = admin.describeTopics(
                        REQUIRED.stream().<String>map(Topic::name).toList())
                .topicNameValues();
        Map<String, Integer> counts = new TreeMap<>();
        List<String> missing = new ArrayList<>();
        for (Topic<?> topic : REQUIRED) {
            try {
                int count = Objects.requireNonNull(topics.get(topic.name()), topic.name())
                        .get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .partitions()
                        .size();
                if (topic.keyed()) {
                    counts.put(topic.name(), count);
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw new UnavailableException("Kafka at " + kafka + ": " + e.getCause());
                }
                missing.add(topic.name());
            } catch (TimeoutException e) {
                throw new UnavailableException("Kafka at " + kafka + " does not answer");
            }
        }
        if (!missing.isEmpty()) {
            throw new UnavailableException("these topics do not exist yet: " + missing);
        }
        return commonCount(counts);
    }

    private static int commonCount(Map<String, Integer> counts) {
        if (Set.copyOf(counts.values()).size() != 1) {
            throw new IllegalStateException("The topics must have the same number of partitions, but have " + counts);
        }
        return counts.values().iterator().next();
    }

    private static final class UnavailableException extends Exception {
        UnavailableException(String message) {
            super(message);
        }
    }
}
