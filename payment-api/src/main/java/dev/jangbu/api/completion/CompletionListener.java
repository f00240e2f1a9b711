package dev.jangbu.api.completion;

import dev.jangbu.api.completion.CompletionDeadLetters.DeadLetter;
import dev.jangbu.api.completion.Completions.Unrecorded;
import dev.jangbu.api.completion.PendingCompletions.PendingCompletion;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.event.ListenerContainerIdleEvent;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.stereotype.Component;

/**
 * Consumes completions in batches: one statement each, then the dead letters, then the commit of the offsets. A batch
 * that is delivered again changes nothing.
 *
 * <ul>
 *   <li>A completion whose row another transaction has locked is pending until that one ends. It delays no other, but the
 *       group's offset stays below it.
 *   <li>A completion that matches no payment, refund or payout is pending for {@link #VISIBLE_WITHIN}: logical decoding
 *       can deliver a commit before other sessions see it. Then it goes to the dead letters, as does one that can't be
 *       processed.
 * </ul>
 *
 * <p>Everything runs on the consumer's thread.
 */
@Component
class CompletionListener implements ConsumerAwareRebalanceListener {

    private static final Logger log = LoggerFactory.getLogger(CompletionListener.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Longer than a commit takes to become visible, also on a loaded machine. */
    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(3);

    /** Bounds the memory. Beyond it no more records are accepted. */
    private static final int MAX_PENDING = 5_000;

    private static final Duration REPORTED_AFTER = Duration.ofSeconds(2);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(30);

    private final Completions completions;
    private final LongPoll longPoll;
    private final CompletionDeadLetters deadLetters;
    private final AvroSerdes serdes;
    private final Clock clock;
    private final PendingCompletions pending = new PendingCompletions();
    private Instant reportedAt = Instant.EPOCH;
    private @Nullable Deserializer<SettlementCompleted> deserializer;

    CompletionListener(
            Completions completions,
            LongPoll longPoll,
            CompletionDeadLetters deadLetters,
            PaymentApiSettings settings,
            Clock clock) {
        this.completions = completions;
        this.longPoll = longPoll;
        this.deadLetters = deadLetters;
        this.serdes = new AvroSerdes(settings.registry());
        this.clock = clock;
    }

    @KafkaListener(
            id = CompletionSwitch.LISTENER,
            topics = "settlement.completions",
            groupId = "jangbu-payment-api",
            batch = "true",
            autoStartup = "false")
    void on(List<ConsumerRecord<byte[], byte[]>> records, Consumer<?, ?> consumer) {
        if (pending.all().size() >= MAX_PENDING) {
            process(List.of(), new ArrayList<>(), consumer);
            if (pending.all().size() >= MAX_PENDING) {
                throw new IllegalStateException("Other transactions have locked the rows of " + MAX_PENDING
                        + " completions; no more are consumed until they end");
            }
        }
        process(records, read(records), consumer);
    }

    /** Continues with the pending completions while no records arrive. */
    @EventListener(condition = "#event.listenerId.startsWith('" + CompletionSwitch.LISTENER + "')")
    public void onIdle(ListenerContainerIdleEvent event) {
        if (!pending.all().isEmpty()) {
            try {
                process(List.of(), new ArrayList<>(), event.getConsumer());
            } catch (RuntimeException e) {
                log.warn("Pending completions could not be recorded; another attempt follows", e);
            }
        }
    }

    @Override
    public void onPartitionsRevokedAfterCommit(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        pending.forget(partitions);
        deadLetters.forget(partitions);
    }

    @Override
    public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        onPartitionsRevokedAfterCommit(consumer, partitions);
    }

    /**
     * Records all pending completions, among them those of the records.
     *
     * @param letters of the records; receives those of completions that match nothing
     */
    private void process(
            List<ConsumerRecord<byte[], byte[]>> records, List<DeadLetter> letters, Consumer<?, ?> consumer) {
        List<PendingCompletion> batch = pending.all();
        Set<PendingCompletion> unrecorded = new HashSet<>();
        if (!batch.isEmpty()) {
            List<PendingCompletion> locked = new ArrayList<>();
            Instant visibleSince = clock.instant().minus(VISIBLE_WITHIN);
            for (Unrecorded each : record(batch)) {
                PendingCompletion completion = batch.get(each.index());
                if (each.locked()) {
                    locked.add(completion);
                    unrecorded.add(completion);
                } else if (completion.since().isAfter(visibleSince)) {
                    unrecorded.add(completion);
                } else {
                    letters.add(new DeadLetter(
                            completion.record(),
                            "no approved or requested "
                                    + completion.completion().getKind() + " matches it"));
                }
            }
            report(locked);
        }
        deadLetters.send(letters);
        batch.stream().filter(each -> !unrecorded.contains(each)).forEach(pending::remove);
        pending.accepted(records);
        Map<TopicPartition, OffsetAndMetadata> offsets = pending.committable();
        consumer.commitSync(offsets, TIMEOUT);
        deadLetters.forgetBefore(offsets);
    }

    /** Records a batch, and wakes the clients that wait for its payments. */
    private List<Unrecorded> record(List<PendingCompletion> batch) {
        List<SettlementCompleted> received =
                batch.stream().map(PendingCompletion::completion).toList();
        List<Unrecorded> unrecorded = completions.record(received).block(TIMEOUT);
        List<UUID> payments = received.stream()
                .filter(completion -> completion.getKind() == SettlementKind.PAYMENT)
                .map(completion -> UUID.fromString(completion.getReferenceId()))
                .toList();
        longPoll.wake(payments).block(TIMEOUT);
        return Objects.requireNonNull(unrecorded, "collectList never completes empty");
    }

    private void report(List<PendingCompletion> locked) {
        Instant now = clock.instant();
        locked.stream().min(Comparator.comparing(PendingCompletion::since)).ifPresent(oldest -> {
            Duration age = Duration.between(oldest.since(), now);
            if (age.compareTo(REPORTED_AFTER) > 0 && reportedAt.isBefore(now.minus(REPORT_INTERVAL))) {
                reportedAt = now;
                log.warn(
                        "{} completions wait for other transactions that have locked their rows, that of {} {} for {};"
                                + " the others go on",
                        locked.size(),
                        oldest.completion().getKind(),
                        oldest.completion().getReferenceId(),
                        age);
            }
        });
    }

    /** Reads records: a malformed or invalid one is a dead letter, another one is pending. */
    private List<DeadLetter> read(List<ConsumerRecord<byte[], byte[]>> records) {
        List<DeadLetter> letters = new ArrayList<>();
        Instant now = clock.instant();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                SettlementCompleted completion = deserializer().deserialize(record.topic(), record.value());
                if (completion.getKind() == SettlementKind.UNKNOWN) {
                    throw new IllegalStateException("Completion of an unknown kind: offset " + record.offset()
                            + " of partition " + record.partition() + "; upgrade this service");
                }
                Optional<String> invalid = Completions.validate(completion);
                if (invalid.isEmpty()) {
                    pending.add(new PendingCompletion(record, completion, now));
                } else {
                    letters.add(new DeadLetter(record, invalid.get()));
                }
            } catch (PoisonRecordException e) {
                letters.add(new DeadLetter(record, Objects.requireNonNull(e.getMessage(), "has a message")));
            }
        }
        return letters;
    }

    /** Created before the first record is read: a failure of the registry must not make a record look malformed. */
    private Deserializer<SettlementCompleted> deserializer() {
        Deserializer<SettlementCompleted> ready = deserializer;
        if (ready == null) {
            ready = serdes.warm(Topics.SETTLEMENT_COMPLETIONS).deserializer();
            deserializer = ready;
        }
        return ready;
    }
}
