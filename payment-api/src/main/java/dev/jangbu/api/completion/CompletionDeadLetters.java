package dev.jangbu.api.completion;

import dev.jangbu.contract.DeadLetters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;

/**
 * Sends completions that can't be processed to the dead-letter topic, each once. A failed batch is delivered again, so
 * the offsets of sent records are kept until higher ones are committed. A second letter is possible only if the instance
 * ends or loses the partition between the send and the commit of the offsets.
 *
 * <p>Called by the listener's thread only; acknowledgements arrive on the producer's thread.
 */
@Component
class CompletionDeadLetters {

    private static final Logger log = LoggerFactory.getLogger(CompletionDeadLetters.class);

    private final KafkaTemplate<byte[], byte[]> kafka;
    private final Counter written;
    private final Map<TopicPartition, NavigableSet<Long>> sentOffsets = new HashMap<>();

    CompletionDeadLetters(KafkaTemplate<byte[], byte[]> kafka, MeterRegistry meters) {
        this.kafka = kafka;
        this.written = Counter.builder("jangbu.payment.dead.letters")
                .description("Completions written to the dead letters")
                .register(meters);
    }

    /** A record and the reason why it can't be processed. */
    record DeadLetter(ConsumerRecord<byte[], byte[]> record, String reason) {}

    /**
     * Sends dead letters. Returns when all in-sync replicas have them.
     *
     * @throws java.util.concurrent.CompletionException if one could not be written; the next call skips the others
     */
    void send(List<DeadLetter> letters) {
        List<CompletableFuture<?>> sends = new ArrayList<>();
        for (DeadLetter letter : letters) {
            CompletableFuture<?> send = send(letter);
            sends.add(send);
            if (send.isCompletedExceptionally()) {
                // Without metadata each further send would block until its time-out.
                break;
            }
        }
        CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new)).join();
    }

    /** Forgets the records below the committed offsets: they are not delivered again. */
    void forgetBefore(Map<TopicPartition, OffsetAndMetadata> committed) {
        committed.forEach((partition, offset) ->
                sentTo(partition).headSet(offset.offset()).clear());
    }

    /** Forgets partitions that another instance may consume now. */
    void forget(Collection<TopicPartition> partitions) {
        sentOffsets.keySet().removeAll(partitions);
    }

    private CompletableFuture<?> send(DeadLetter letter) {
        ConsumerRecord<byte[], byte[]> record = letter.record();
        NavigableSet<Long> sent = sentTo(partitionOf(record));
        if (sent.contains(record.offset())) {
            return CompletableFuture.completedFuture(null);
        }
        return kafka.send(DeadLetters.record(record, "payment-api", letter.reason()))
                .thenRun(() -> {
                    sent.add(record.offset());
                    written.increment();
                    log.error(
                            "Dead letter for offset {} of {}-{}: {}",
                            record.offset(),
                            record.topic(),
                            record.partition(),
                            letter.reason());
                });
    }

    private NavigableSet<Long> sentTo(TopicPartition partition) {
        return sentOffsets.computeIfAbsent(partition, key -> new ConcurrentSkipListSet<>());
    }

    private static TopicPartition partitionOf(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }
}
