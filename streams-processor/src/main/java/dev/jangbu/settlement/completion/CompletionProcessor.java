package dev.jangbu.settlement.completion;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.settlement.BookPosition;
import dev.jangbu.settlement.ChangelogStores;
import dev.jangbu.settlement.Reading;
import dev.jangbu.settlement.RecordKeys;
import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.UnprocessableRecordException;
import dev.jangbu.settlement.UnprocessableRecordException.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the distinct settlements posted for each reference; at the last it says that the reference is complete, and forgets
 * it. A reference of one part passes straight through and is never stored.
 *
 * <p>The ledger publishes each posting exactly once to a reader of committed records, so nothing arrives for a reference
 * that is complete; a posting that is repeated while parts are missing is recognised by its settlementId.
 */
public final class CompletionDesk implements Processor<String, Reading<LedgerPosted>, String, SettlementCompleted> {

    /** A reference that lacks parts for this long is worth an alarm: the ledger or a wallet's desk is behind, or stuck. */
    static final Duration OVERDUE = Duration.ofMinutes(5);

    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(30);

    /** Bounds the work of one look; a number of incomplete references that reaches it says "at least". */
    private static final int WATCH_LIMIT = 10_000;

    private static final Logger log = LoggerFactory.getLogger(CompletionDesk.class);

    private final int partitions;
    private final SettlementMetrics metrics;

    // Given by init, which Kafka Streams calls before the first record.
    private ProcessorContext<String, SettlementCompleted> context;
    private KeyValueStore<String, PostedParts> postedParts;

    private CompletionDesk(int partitions, SettlementMetrics metrics) {
        this.partitions = partitions;
        this.metrics = metrics;
    }

    /**
     * A desk for each partition, with its store.
     *
     * @param partitions how many partitions the postings have
     */
    public static ProcessorSupplier<String, Reading<LedgerPosted>, String, SettlementCompleted> supplier(
            int partitions, SettlementMetrics metrics) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, Reading<LedgerPosted>, String, SettlementCompleted> get() {
                return new CompletionDesk(partitions, metrics);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(
                        ChangelogStores.cached(SettlementTopology.POSTED_PARTS, Serdes.String(), PostedParts.serde()));
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, SettlementCompleted> given) {
        context = given;
        postedParts = given.getStateStore(SettlementTopology.POSTED_PARTS);
        given.schedule(WATCH_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::watchOverdue);
    }

    /**
     * One posting.
     *
     * @throws UnprocessableRecordException if it belongs to the dead letters; nothing has changed then
     */
    @Override
    public void process(Record<String, Reading<LedgerPosted>> incoming) {
        LedgerPosted posted = incoming.value().orRefuse();
        Record<String, LedgerPosted> record = incoming.withValue(posted);
        UUID settlementId = check(record);
        if (posted.getReferenceParts() == 1) {
            complete(record, BookPosition.NOWHERE.with(posted.getBook(), posted.getJournalNo()));
            return;
        }
        PostedParts known = postedParts.get(posted.getReferenceId());
        PostedParts before = known == null ? PostedParts.none(record.timestamp(), posted.getReferenceParts()) : known;
        if (!before.isOf(posted.getReferenceParts())) {
            throw new UnprocessableRecordException(
                    Cause.OUTSIDE_CONTRACT,
                    "Outside the contract: reference " + posted.getReferenceId() + " has " + before.referenceParts()
                            + " parts, but this posting says " + posted.getReferenceParts());
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

    private UUID check(Record<String, LedgerPosted> record) {
        LedgerPosted posted = record.value();
        int partition = context.recordMetadata().orElseThrow().partition();
        RecordKeys.require(record.key(), posted.getReferenceId(), partition, partitions);
        if (posted.getReferenceParts() < 1) {
            throw new UnprocessableRecordException(
                    Cause.OUTSIDE_CONTRACT, "Outside the contract: referenceParts is not above 0");
        }
        if (posted.getKind() == SettlementKind.UNKNOWN) {
            throw new IllegalStateException("The posting of settlement " + posted.getSettlementId()
                    + " is of a kind that this version does not know; upgrade before it goes on");
        }
        return RecordKeys.settlementId(posted.getSettlementId());
    }

    private void complete(Record<String, LedgerPosted> last, @Nullable BookPosition position) {
        LedgerPosted posted = last.value();
        Instant completedAt = Instant.ofEpochMilli(last.timestamp());
        SettlementCompleted completion = SettlementCompleted.newBuilder()
                .setReferenceId(posted.getReferenceId())
                .setKind(posted.getKind())
                .setOutcome(Outcome.COMPLETED)
                .setRejection(null)
                .setParts(posted.getReferenceParts())
                .setCompletedAt(completedAt)
                .setPosition(position == null ? null : position.toString())
                .build();
        Headers headers = EventHeaders.headers(
                posted.getReferenceId(),
                EventHeaders.TYPE_SETTLEMENT_COMPLETED,
                SettlementTopology.SOURCE,
                completedAt);
        EventHeaders.carryTrace(last.headers(), headers);
        context.forward(new Record<>(posted.getReferenceId(), completion, last.timestamp(), headers));
        metrics.completed(posted.getKind());
    }

    /**
     * The store holds incomplete references alone, so that reading it is short. It is long only when a book stands still while
     * others go on; then the oldest are looked at (keys are UUIDv7, in time order), and the rest can wait.
     */
    private void watchOverdue(long nowMs) {
        int incomplete = 0;
        int overdue = 0;
        long oldestMs = 0;
        try (KeyValueIterator<String, PostedParts> references = postedParts.all()) {
            while (references.hasNext() && incomplete < WATCH_LIMIT) {
                long ageMs = nowMs - references.next().value.firstPostedAtMs();
                incomplete++;
                oldestMs = Math.max(oldestMs, ageMs);
                if (ageMs > OVERDUE.toMillis()) {
                    overdue++;
                }
            }
        }
        int partition = context.taskId().partition();
        metrics.incompleteReferences(partition, incomplete, overdue, oldestMs);
        if (overdue > 0) {
            log.warn(
                    "{} references of partition {} have lacked parts for {}, the oldest for {}",
                    overdue,
                    partition,
                    OVERDUE,
                    Duration.ofMillis(oldestMs));
        }
    }
}
