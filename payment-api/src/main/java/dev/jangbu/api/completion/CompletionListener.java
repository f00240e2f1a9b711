package dev.jangbu.api.completion;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetters;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Turns completions into COMPLETED payments and refunds and decided payouts: a batch is one statement, and one that comes
 * again changes nothing. The offsets are committed after the statement. A completion that nothing waits for is never
 * passed over in silence: it would be gone.
 */
@Component
class CompletionListener {

    private static final Logger log = LoggerFactory.getLogger(CompletionListener.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** For three seconds; whatever isn't there by then lies among the dead letters, to be looked at and replayed. */
    private static final int LOOKS_FOR_A_COMMIT = 13;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private final Completions completions;
    private final LongPoll waiters;
    private final KafkaTemplate<byte[], byte[]> kafka;
    private final AvroSerdes serdes;
    private @Nullable Deserializer<SettlementCompleted> deserializer;

    CompletionListener(
            Completions completions,
            LongPoll waiters,
            KafkaTemplate<byte[], byte[]> kafka,
            PaymentApiSettings settings) {
        this.completions = completions;
        this.waiters = waiters;
        this.kafka = kafka;
        this.serdes = new AvroSerdes(settings.registry());
    }

    /** A completion, and the record that it came in. */
    private record Told(ConsumerRecord<byte[], byte[]> record, SettlementCompleted completion) {}

    @KafkaListener(topics = "settlement.completions", groupId = "jangbu-payment-api", batch = "true")
    void on(List<ConsumerRecord<byte[], byte[]>> records) {
        List<Told> batch = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            SettlementCompleted completion = read(record);
            if (completion != null) {
                if (completion.getKind() == SettlementKind.UNKNOWN) {
                    throw new IllegalStateException("A completion of a kind that this version doesn't know: offset "
                            + record.offset() + " of partition " + record.partition());
                }
                batch.add(new Told(record, completion));
            }
        }
        for (int attempt = 1; !batch.isEmpty(); attempt++) {
            batch = completed(batch);
            if (attempt == LOOKS_FOR_A_COMMIT) {
                batch.forEach(told -> setAside(
                        told.record(),
                        "nothing waits for it: no such " + told.completion().getKind() + " is approved or asked for"));
                return;
            }
            if (!batch.isEmpty()) {
                Mono.delay(BETWEEN_LOOKS).block();
            }
        }
    }

    /**
     * Writes a batch down, and shows the payments to whoever waits for them.
     *
     * @return those that nothing waits for. The change stream may tell of a commit a moment before other sessions see it (the
     *     log is flushed first, then the transaction leaves the list of those that run), and the desks may be faster than that
     *     moment on a machine that has much to do.
     */
    private List<Told> completed(List<Told> batch) {
        List<SettlementCompleted> told = batch.stream().map(Told::completion).toList();
        List<Integer> unawaited = completions.record(told).block(TIMEOUT);
        List<UUID> payments = told.stream()
                .filter(completion -> completion.getKind() == SettlementKind.PAYMENT)
                .map(completion -> UUID.fromString(completion.getReferenceId()))
                .toList();
        waiters.wake(payments).block(TIMEOUT);
        return Objects.requireNonNull(unawaited, "a list, be it empty").stream()
                .map(batch::get)
                .toList();
    }

    /** Resolved before the first record is read: a registry that fails meanwhile must not make the record look like poison. */
    private Deserializer<SettlementCompleted> warm() {
        Deserializer<SettlementCompleted> warm = deserializer;
        if (warm == null) {
            warm = serdes.warm(Topics.SETTLEMENT_COMPLETIONS).deserializer();
            deserializer = warm;
        }
        return warm;
    }

    private @Nullable SettlementCompleted read(ConsumerRecord<byte[], byte[]> record) {
        try {
            SettlementCompleted completion = warm().deserialize(record.topic(), record.value());
            Optional<String> objection = completion.getKind() == SettlementKind.UNKNOWN
                    ? Optional.empty()
                    : Completions.objection(completion);
            if (objection.isEmpty()) {
                return completion;
            }
            setAside(record, objection.get());
        } catch (PoisonRecordException poison) {
            setAside(record, Objects.requireNonNull(poison.getMessage(), "poison says why"));
        }
        return null;
    }

    /** To the dead letters, before the offset passes it. */
    private void setAside(ConsumerRecord<byte[], byte[]> record, String reason) {
        log.error(
                "To the dead letters: offset {} of {}-{}: {}",
                record.offset(),
                record.topic(),
                record.partition(),
                reason);
        kafka.send(DeadLetters.record(
                        record.key(),
                        record.value(),
                        record.headers(),
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        "payment-api",
                        reason))
                .orTimeout(TIMEOUT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }
}
