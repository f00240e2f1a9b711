package dev.jangbu.api.completion;

import dev.jangbu.api.completion.CompletionDeadLetters.DeadLetter;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Consumes completions in batches: one statement each, then the dead letters, then the commit of the offsets. A batch
 * that is delivered again changes nothing. A completion that can't be processed, or that matches no payment, refund or
 * payout, goes to the dead letters.
 */
@Component
class CompletionListener {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Three seconds in all. */
    private static final int ATTEMPTS_MAX = 13;

    private static final Duration RETRY_DELAY = Duration.ofMillis(250);

    private final Completions completions;
    private final LongPoll longPoll;
    private final CompletionDeadLetters deadLetters;
    private final AvroSerdes serdes;
    private @Nullable Deserializer<SettlementCompleted> deserializer;

    CompletionListener(
            Completions completions,
            LongPoll longPoll,
            CompletionDeadLetters deadLetters,
            PaymentApiSettings settings) {
        this.completions = completions;
        this.longPoll = longPoll;
        this.deadLetters = deadLetters;
        this.serdes = new AvroSerdes(settings.registry());
    }

    /** A record and the completion that it contains. */
    private record Received(ConsumerRecord<byte[], byte[]> record, SettlementCompleted completion) {}

    @KafkaListener(
            id = CompletionSwitch.LISTENER,
            topics = "settlement.completions",
            groupId = "jangbu-payment-api",
            batch = "true",
            autoStartup = "false")
    void on(List<ConsumerRecord<byte[], byte[]>> records) {
        List<DeadLetter> letters = new ArrayList<>();
        List<Received> pending = read(records, letters);
        for (int attempt = 1; !pending.isEmpty() && attempt <= ATTEMPTS_MAX; attempt++) {
            if (attempt > 1) {
                Mono.delay(RETRY_DELAY).block();
            }
            pending = record(pending);
        }
        pending.forEach(unmatched -> letters.add(new DeadLetter(
                unmatched.record(),
                "no approved or requested " + unmatched.completion().getKind() + " matches it")));
        deadLetters.send(records, letters);
    }

    /**
     * Records a batch, and wakes the clients that wait for its payments.
     *
     * @return the completions that match nothing. The approval may become visible a moment later: logical decoding can
     *     deliver a commit before other sessions see it, and on a loaded machine the completion can arrive within that
     *     moment.
     */
    private List<Received> record(List<Received> batch) {
        List<SettlementCompleted> received =
                batch.stream().map(Received::completion).toList();
        List<Integer> unmatched = completions.record(received).block(TIMEOUT);
        List<UUID> payments = received.stream()
                .filter(completion -> completion.getKind() == SettlementKind.PAYMENT)
                .map(completion -> UUID.fromString(completion.getReferenceId()))
                .toList();
        longPoll.wake(payments).block(TIMEOUT);
        return Objects.requireNonNull(unmatched, "collectList never completes empty").stream()
                .map(batch::get)
                .toList();
    }

    /** Reads the records of a batch; adds a dead letter for each that is malformed or invalid. */
    private List<Received> read(List<ConsumerRecord<byte[], byte[]>> records, List<DeadLetter> letters) {
        List<Received> batch = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            try {
                SettlementCompleted completion = deserializer().deserialize(record.topic(), record.value());
                if (completion.getKind() == SettlementKind.UNKNOWN) {
                    throw new IllegalStateException("Completion of an unknown kind: offset " + record.offset()
                            + " of partition " + record.partition() + "; upgrade this service");
                }
                Optional<String> invalid = Completions.validate(completion);
                if (invalid.isEmpty()) {
                    batch.add(new Received(record, completion));
                } else {
                    letters.add(new DeadLetter(record, invalid.get()));
                }
            } catch (PoisonRecordException e) {
                letters.add(new DeadLetter(record, Objects.requireNonNull(e.getMessage(), "has a message")));
            }
        }
        return batch;
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
