package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits until Kafka, the topics and the schemas are available, and reports the missing ones. */
final class Prerequisites {

    private static final List<Topic<? extends SpecificRecord>> KEYED = List.of(
            Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_ENTRIES, Topics.LEDGER_POSTINGS, Topics.SETTLEMENT_COMPLETIONS);

    private static final long RETRY_INTERVAL_MS = 500;
    private static final long ADMIN_TIMEOUT_SECONDS = 10;
    /** Every n-th attempt is logged. */
    private static final int ATTEMPTS_PER_LOG_LINE = 20;

    private static final Logger log = LoggerFactory.getLogger(Prerequisites.class);

    private final String kafka;
    private final RecordSerdes serdes;
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile String waitingFor = "waiting for Kafka";

    Prerequisites(String kafka, RecordSerdes serdes) {
        this.kafka = kafka;
        this.serdes = serdes;
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
                    // So that no payment waits for the registry later.
                    KEYED.forEach(serdes::warm);
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
        try {
            Set<String> missing = new TreeSet<>(KEYED.stream().map(Topic::name).toList());
            missing.add(Topics.SETTLEMENT_DEAD_LETTERS.name());
            missing.removeAll(admin.listTopics().names().get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS));
            if (!missing.isEmpty()) {
                throw new UnavailableException("these topics do not exist yet: " + missing);
            }
            Map<String, Integer> counts = new TreeMap<>();
            admin.describeTopics(KEYED.stream().map(Topic::name).toList())
                    .allTopicNames()
                    .get(ADMIN_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .forEach(
                            (name, topic) -> counts.put(name, topic.partitions().size()));
            if (Set.copyOf(counts.values()).size() != 1) {
                throw new IllegalStateException(
                        "The topics must have the same number of partitions, but have " + counts);
            }
            return counts.values().iterator().next();
        } catch (ExecutionException e) {
            throw new UnavailableException("Kafka at " + kafka + ": " + e.getCause());
        } catch (TimeoutException e) {
            throw new UnavailableException("Kafka at " + kafka + " does not answer");
        }
    }

    private static final class UnavailableException extends Exception {
        UnavailableException(String message) {
            super(message);
        }
    }
}
