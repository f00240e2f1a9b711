package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.state.LostStateException;
import dev.jangbu.settlement.wallet.LastEntry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads the last entry of a partition from Kafka: its offsets and a few records. */
final class CommittedEntries implements LastEntry {

    /** Bounds the wait for an open transaction. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_WINDOW = 64;

    private final String kafka;
    private final RecordSerdes serdes;

    CommittedEntries(String kafka, RecordSerdes serdes) {
        this.kafka = kafka;
        this.serdes = serdes;
    }

    /**
     * The markers of one transaction reach its partitions one after the other, so the stores may be ahead of the committed
     * entries. They differ only if no transaction is open on the partition.
     */
    @Override
    public void require(int partition, Predicate<@Nullable LedgerEntry> condition) {
        TopicPartition entries = new TopicPartition(Topics.LEDGER_ENTRIES.name(), partition);
        try (CommittedTopic topic = CommittedTopic.open(kafka, Topics.LEDGER_ENTRIES)) {
            long begin = System.nanoTime();
            while (!condition.test(last(topic, entries, end(topic.endOffsets(), entries)))) {
                long highWatermark = end(topic.highWatermarks(), entries);
                long end = end(topic.endOffsets(), entries);
                LedgerEntry last = last(topic, entries, end);
                if (end >= highWatermark && !condition.test(last)) {
                    throw new LostStateException("the stores of partition " + partition + " are not those after "
                            + (last == null ? "no entry" : "settlement " + last.getSettlementId())
                            + ", with which " + entries + " ends");
                }
                if (System.nanoTime() - begin > LIMIT.toNanos()) {
                    throw new TimeoutException("A transaction is open on " + entries);
                }
                Thread.sleep(POLL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while comparing the stores", e);
        }
    }

    private static long end(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition));
    }

    /** Looks at the end, then further back: the last offsets may be transaction markers or aborted records. */
    private @Nullable LedgerEntry last(CommittedTopic topic, TopicPartition partition, long end) {
        long begin = end(topic.beginningOffsets(), partition);
        for (long window = FIRST_WINDOW; ; window *= 2) {
            long from = Math.max(begin, end - window);
            ConsumerRecord<byte[], byte[]> last = null;
            for (ConsumerRecord<byte[], byte[]> record :
                    topic.records(Map.of(partition, from), Map.of(partition, end))) {
                last = record;
            }
            if (last != null) {
                return serdes.of(Topics.LEDGER_ENTRIES).deserializer().deserialize(last.topic(), last.value());
            }
            if (from == begin) {
                return null;
            }
        }
    }
}
