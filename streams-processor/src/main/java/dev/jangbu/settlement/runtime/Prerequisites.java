package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.state.LostStateException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until Kafka, the topics and the schemas are available and the group may continue, and reports the missing ones.
 */
final class Prerequisites {

    private static final List<Topic<? extends SpecificRecord>> KEYED = List.of(
            Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_ENTRIES, Topics.LEDGER_POSTINGS, Topics.SETTLEMENT_COMPLETIONS);

    private static final long RETRY_INTERVAL_MS = 500;
    /** Every n-th attempt is logged. */
    private static final int ATTEMPTS_PER_LOG_LINE = 20;

    private static final Logger log = LoggerFactory.getLogger(Prerequisites.class);

    private final String kafka;
    private final String group;
    private final LocalState localState;
    private final RecordSerdes serdes;
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile String waitingFor = "waiting for Kafka";

    Prerequisites(SettlementSettings settings, RecordSerdes serdes) {
        this.kafka = settings.kafka();
        this.group = settings.applicationId();
        this.localState = new LocalState(settings.stateDir(), group);
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
     * @throws LostStateException if the group can't continue
     */
    int await() throws InterruptedException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka))) {
            for (int attempt = 0; ; attempt++) {
                try {
                    int partitions = partitions(admin);
                    // So that no payment waits for the registry later.
                    KEYED.forEach(serdes::warm);
                    requireOffsets(admin, partitions);
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
        return answer(() -> partitionsOfKeyedTopics(admin));
    }

    private void requireOffsets(Admin admin, int partitions) throws UnavailableException, InterruptedException {
        GroupOffsets offsets = new GroupOffsets(admin, group, partitions);
        Uuid entries = answer(() -> {
            offsets.require(localState.exists());
            return Objects.requireNonNull(describe(admin).get(Topics.LEDGER_ENTRIES.name()))
                    .topicId();
        });
        localState.keepOnly(entries);
        int unused = answer(() -> offsets.requireAhead(localState.checkpoints()));
    }

    private static int partitionsOfKeyedTopics(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException, UnavailableException {
        Set<String> missing = new TreeSet<>(KEYED.stream().map(Topic::name).toList());
        missing.add(Topics.SETTLEMENT_DEAD_LETTERS.name());
        missing.add(Topics.PAYMENT_MARKS.name());
        missing.removeAll(admin.listTopics().names().get(GroupOffsets.TIMEOUT_SECONDS, TimeUnit.SECONDS));
        if (!missing.isEmpty()) {
            throw new UnavailableException("these topics do not exist yet: " + missing);
        }
        Map<String, Integer> counts = new TreeMap<>();
        describe(admin)
                .forEach((name, topic) -> counts.put(name, topic.partitions().size()));
        if (Set.copyOf(counts.values()).size() != 1) {
            throw new IllegalStateException("The topics must have the same number of partitions, but have " + counts);
        }
        return counts.values().iterator().next();
    }

    private static Map<String, TopicDescription> describe(Admin admin)
            throws ExecutionException, InterruptedException, TimeoutException {
        return admin.describeTopics(KEYED.stream().map(Topic::name).toList())
                .allTopicNames()
                .get(GroupOffsets.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private interface Question<T> {
        T ask() throws ExecutionException, InterruptedException, TimeoutException, UnavailableException;
    }

    private <T> T answer(Question<T> question) throws UnavailableException, InterruptedException {
        try {
            return question.ask();
        } catch (ExecutionException e) {
            throw new UnavailableException("Kafka at " + kafka + ": " + e.getCause());
        } catch (TimeoutException e) {
            throw new UnavailableException("Kafka at " + kafka + " does not answer");
        }
    }
}
