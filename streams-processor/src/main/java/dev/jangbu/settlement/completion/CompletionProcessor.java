package dev.jangbu.settlement.completion;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.record.BookPosition;
import dev.jangbu.settlement.record.Decoded;
import dev.jangbu.settlement.record.OutputRecord;
import dev.jangbu.settlement.record.RecordKeys;
import dev.jangbu.settlement.record.UnprocessableRecordException;
import dev.jangbu.settlement.state.ChangelogStores;
import dev.jangbu.settlement.state.ProcessorWithStores;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the distinct settlements posted for each reference. With the last one it emits the completion and deletes the
 * reference's state. A reference of one part is never stored.
 *
 * <p>The ledger publishes each posting exactly once to a {@code read_committed} reader, so nothing arrives after a
 * completion. A posting that is repeated while parts are missing is recognised by its settlementId.
 */
public final class CompletionProcessor
        implements Processor<String, Decoded<LedgerPosted>, String, SettlementCompleted> {

    /** The name of the node, and the sender of its dead letters. */
    public static final String NAME = "completion-processor";

    /** Store: referenceId → the settlementIds posted so far, and their position. */
    public static final String POSTED_PARTS = "posted-parts";

    /**
     * A reference that lacks parts for this long counts as overdue: the ledger or a wallet partition is behind or
     * stopped.
     */
    static final Duration OVERDUE = Duration.ofMinutes(5);

    private static final Duration SCAN_INTERVAL = Duration.ofSeconds(30);

    /** Bounds one scan of the store. */
    private static final int SCAN_LIMIT = 10_000;

    private static final Logger log = LoggerFactory.getLogger(CompletionProcessor.class);

    private final int partitions;
    private final SettlementMetrics metrics;

    // Set by init, which Kafka Streams calls before the first record.
    private ProcessorContext<String, SettlementCompleted> context;
    private KeyValueStore<String, PostedParts> postedParts;

    private Scan scan = Scan.START;

    private CompletionProcessor(int partitions, SettlementMetrics metrics) {
        this.partitions = partitions;
        this.metrics = metrics;
    }

    /** Supplies a processor with its store for each partition. */
    public static ProcessorSupplier<String, Decoded<LedgerPosted>, String, SettlementCompleted> supplier(
            int partitions, SettlementMetrics metrics) {
        return new ProcessorWithStores<>(
                () -> new CompletionProcessor(partitions, metrics),
                Set.of(ChangelogStores.cached(POSTED_PARTS, Serdes.String(), PostedParts.serde())));
    }

    @Override
    public void init(ProcessorContext<String, SettlementCompleted> processorContext) {
        context = processorContext;
        postedParts = context.getStateStore(POSTED_PARTS);
        context.schedule(SCAN_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::scanIncomplete);
    }

    /** @throws UnprocessableRecordException if it belongs to the dead letters; no store has been written then */
    @Override
    public void process(Record<String, Decoded<LedgerPosted>> incoming) {
        LedgerPosted posted = incoming.value().orThrow();
        Record<String, LedgerPosted> record = incoming.withValue(posted);
        UUID settlementId = validate(record);
        if (posted.getReferenceParts() == 1) {
            complete(record, BookPosition.START.with(posted.getBook(), posted.getJournalNo()));
            return;
        }
        PostedParts stored = postedParts.get(posted.getReferenceId());
        PostedParts before = stored == null ? PostedParts.none(record.timestamp(), posted.getReferenceParts()) : stored;
        if (before.referenceParts() != posted.getReferenceParts()) {
            throw UnprocessableRecordException.outsideContract("reference " + posted.getReferenceId() + " has "
                    + before.referenceParts() + " parts, but this posting says " + posted.getReferenceParts());
        }
        PostedParts parts = before.with(settlementId, posted.getBook(), posted.getJournalNo());
        if (parts.settlementIds().size() < posted.getReferenceParts()) {
            postedParts.put(posted.getReferenceId(), parts);
        } else {
            postedParts.delete(posted.getReferenceId());
            complete(record, parts.position());
        }
    }

    @Override
    public void close() {
        metrics.incompleteReferences(context.taskId().partition(), 0, 0, 0);
    }

    private UUID validate(Record<String, LedgerPosted> record) {
        LedgerPosted posted = record.value();
        int partition = context.recordMetadata().orElseThrow().partition();
        RecordKeys.require(record.key(), posted.getReferenceId(), partition, partitions);
        if (posted.getReferenceParts() < 1) {
            throw UnprocessableRecordException.outsideContract("referenceParts is not above 0");
        }
        if (posted.getKind() == SettlementKind.UNKNOWN) {
            throw new IllegalStateException("The posting of settlement " + posted.getSettlementId()
                    + " has a kind that this version does not know; upgrade the service");
        }
        return RecordKeys.settlementId(posted.getSettlementId());
    }

    private void complete(Record<String, LedgerPosted> last, BookPosition position) {
        LedgerPosted posted = last.value();
        SettlementCompleted completion = SettlementCompleted.newBuilder()
                .setReferenceId(posted.getReferenceId())
                .setKind(posted.getKind())
                .setOutcome(Outcome.COMPLETED)
                .setRejection(null)
                .setParts(posted.getReferenceParts())
                .setCompletedAt(Instant.ofEpochMilli(last.timestamp()))
                .setPosition(position.toString())
                .build();
        String id = posted.getReferenceId();
        context.forward(OutputRecord.of(last, id, completion, id, EventHeaders.TYPE_SETTLEMENT_COMPLETED));
        metrics.completed(posted.getKind());
    }

    /**
     * Updates the gauges. The store holds incomplete references only, so a scan usually covers it, unless a book is
     * stopped while others continue. A longer store takes several scans.
     */
    private void scanIncomplete(long nowMs) {
        int read = 0;
        try (KeyValueIterator<String, PostedParts> references = postedParts.range(scan.from(), null)) {
            while (references.hasNext() && read < SCAN_LIMIT) {
                KeyValue<String, PostedParts> next = references.next();
                scan = scan.with(next.key, nowMs - next.value.firstPostedAtMs());
                read++;
            }
        }
        if (read < SCAN_LIMIT) {
            report(scan);
            scan = Scan.START;
        }
    }

    private void report(Scan all) {
        int partition = context.taskId().partition();
        metrics.incompleteReferences(partition, all.incomplete(), all.overdue(), all.oldestMs());
        if (all.overdue() > 0) {
            log.warn(
                    "{} references of partition {} have lacked parts for more than {}, the oldest for {}",
                    all.overdue(),
                    partition,
                    OVERDUE,
                    Duration.ofMillis(all.oldestMs()));
        }
    }

    /**
     * The references that were read since the start of the store.
     *
     * @param from the next key; null at the start
     */
    private record Scan(@Nullable String from, int incomplete, int overdue, long oldestMs) {

        static final Scan START = new Scan(null, 0, 0, 0);

        Scan with(String key, long ageMs) {
            return new Scan(
                    key + "\0",
                    incomplete + 1,
                    ageMs > OVERDUE.toMillis() ? overdue + 1 : overdue,
                    Math.max(oldestMs, ageMs));
        }
    }
}
