package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.record.Decoded;
import dev.jangbu.settlement.record.OutputRecord;
import dev.jangbu.settlement.record.RecordKeys;
import dev.jangbu.settlement.record.UnprocessableRecordException;
import dev.jangbu.settlement.record.UnprocessableRecordException.Cause;
import dev.jangbu.settlement.state.ChangelogStores;
import dev.jangbu.settlement.state.LostStateException;
import dev.jangbu.settlement.state.ProcessorWithStores;
import dev.jangbu.settlement.wallet.SettlementDeduplicator.BeyondHorizon;
import dev.jangbu.settlement.wallet.SettlementDeduplicator.Conflict;
import dev.jangbu.settlement.wallet.SettlementDeduplicator.Duplicate;
import dev.jangbu.settlement.wallet.SettlementDeduplicator.New;
import dev.jangbu.settlement.wallet.WalletDecision.Applied;
import dev.jangbu.settlement.wallet.WalletDecision.Rejected;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The only writer of a partition's wallets: validates a request, drops duplicates, decides, stores the wallet and
 * forwards the entry or the rejection.
 *
 * <p>Output records, store updates and the input offset are one Kafka transaction. A request that can never be
 * processed fails with {@link UnprocessableRecordException} before any store is written.
 */
public final class WalletProcessor implements Processor<String, Decoded<SettlementRequested>, String, SpecificRecord> {

    /** The name of the node, and the sender of its dead letters. */
    public static final String NAME = "wallet-processor";

    /** Store: walletId → the wallet. */
    public static final String WALLETS = "wallets";
    /** Store: settlementId → the decision. The settlements decided within the deduplication horizon. */
    public static final String DECIDED = "decided-settlements";
    /** Store: settlementId → the decision. Settlements without a time of their movement and replays, kept forever. */
    public static final String REMEMBERED = "remembered-settlements";
    /** Store: the partition's clock, the cursor of its sweep, and the number of its emitted entries. */
    public static final String PROGRESS = "partition-progress";

    private final int partitions;
    private final SettlementMetrics metrics;
    private final LastEntry lastEntry;

    // Set by init, which Kafka Streams calls before the first record.
    private ProcessorContext<String, SpecificRecord> context;
    private KeyValueStore<String, Wallet> wallets;
    private KeyValueStore<String, Long> progress;
    private SettlementDeduplicator deduplicator;

    private WalletProcessor(int partitions, SettlementMetrics metrics, LastEntry lastEntry) {
        this.partitions = partitions;
        this.metrics = metrics;
        this.lastEntry = lastEntry;
    }

    /** Supplies a processor with its stores for each partition. */
    public static ProcessorSupplier<String, Decoded<SettlementRequested>, String, SpecificRecord> supplier(
            int partitions, SettlementMetrics metrics, LastEntry lastEntry) {
        return new ProcessorWithStores<>(
                () -> new WalletProcessor(partitions, metrics, lastEntry),
                Set.of(
                        ChangelogStores.cached(WALLETS, Serdes.String(), WalletSerde.create()),
                        ChangelogStores.uncached(DECIDED, UuidSerde.create(), DecidedSettlement.serde()),
                        ChangelogStores.uncached(REMEMBERED, UuidSerde.create(), DecidedSettlement.serde()),
                        ChangelogStores.cached(PROGRESS, Serdes.String(), Serdes.Long())));
    }

    /**
     * Called with restored stores.
     *
     * @throws LostStateException if they are not the ones that wrote the partition's last entry
     */
    @Override
    public void init(ProcessorContext<String, SpecificRecord> processorContext) {
        context = processorContext;
        wallets = context.getStateStore(WALLETS);
        progress = context.getStateStore(PROGRESS);
        KeyValueStore<UUID, DecidedSettlement> decided = context.getStateStore(DECIDED);
        KeyValueStore<UUID, DecidedSettlement> remembered = context.getStateStore(REMEMBERED);
        deduplicator = new SettlementDeduplicator(decided, remembered, progress);
        lastEntry.require(context.taskId().partition(), last -> isOf(last, decided, remembered));
    }

    /** Whether the stores contain an entry, and no later one. All stores change in the transaction of the entry. */
    private boolean isOf(
            @Nullable LedgerEntry last,
            KeyValueStore<UUID, DecidedSettlement> decided,
            KeyValueStore<UUID, DecidedSettlement> remembered) {
        if (last == null) {
            return EntryCount.of(progress) == 0;
        }
        Wallet wallet = wallets.get(last.getWalletId());
        UUID id = UUID.fromString(last.getSettlementId());
        return EntryCount.of(progress) > 0
                && wallet != null
                && wallet.version() == last.getWalletVersion()
                && wallet.balance() == last.getBalanceAfter()
                && (decided.get(id) != null || remembered.get(id) != null);
    }

    /** @throws UnprocessableRecordException if it belongs to the dead letters; no store has been written then */
    @Override
    public void process(Record<String, Decoded<SettlementRequested>> incoming) {
        SettlementRequested request = incoming.value().orThrow();
        Record<String, SettlementRequested> record = incoming.withValue(request);
        SettlementDeduplicator.Request identity = identity(validate(record), record);
        switch (deduplicator.classify(identity)) {
            case New isNew -> {
                settle(record);
                deduplicator.record(identity);
            }
            case Duplicate duplicate -> metrics.duplicate();
            case Conflict conflict ->
                throw new UnprocessableRecordException(Cause.ID_CONFLICT, conflicting(identity, conflict.decided()));
            case BeyondHorizon beyond ->
                throw new UnprocessableRecordException(
                        Cause.BEYOND_HORIZON,
                        "Settlement " + identity.id() + " of reference " + identity.referenceId() + " moved at "
                                + identity.movedAt() + ", more than " + SettlementDeduplicator.HORIZON
                                + " behind the partition's clock: it may have been settled. It is replayed after the"
                                + " proof that it is absent from the ledger");
        }
    }

    private UUID validate(Record<String, SettlementRequested> record) {
        int partition = context.recordMetadata().orElseThrow().partition();
        RecordKeys.require(record.key(), record.value().getWalletId(), partition, partitions);
        RequestRules.check(record.value());
        return RecordKeys.settlementId(record.value().getSettlementId());
    }

    private static SettlementDeduplicator.Request identity(
            UUID settlementId, Record<String, SettlementRequested> record) {
        SettlementRequested request = record.value();
        return new SettlementDeduplicator.Request(
                settlementId,
                UUID.fromString(request.getReferenceId()),
                DecidedSettlement.contentOf(request),
                request.getMovedAt(),
                Instant.ofEpochMilli(record.timestamp()),
                record.headers().lastHeader(EventHeaders.REPLAY) != null);
    }

    /** Names both references: a person compares them, and closes the one that the money did not move for. */
    private static String conflicting(SettlementDeduplicator.Request request, DecidedSettlement decided) {
        return request.referenceId().equals(decided.referenceId())
                ? "Settlement " + request.id() + " of reference " + request.referenceId() + " was decided at "
                        + decided.decidedAt() + " with another content"
                : "Settlement " + request.id() + " of reference " + request.referenceId() + " was decided at "
                        + decided.decidedAt() + " for reference " + decided.referenceId();
    }

    private void settle(Record<String, SettlementRequested> record) {
        SettlementRequested request = record.value();
        Instant recordedAt = Instant.ofEpochMilli(record.timestamp());
        switch (decide(request, recordedAt)) {
            case Applied applied -> {
                wallets.put(request.getWalletId(), applied.wallet());
                EntryCount.increment(progress);
                context.forward(OutputRecord.of(
                        record,
                        request.getWalletId(),
                        applied.entry(),
                        request.getSettlementId(),
                        EventHeaders.TYPE_LEDGER_ENTRY));
                metrics.applied(request.getKind());
            }
            case Rejected rejected -> {
                SettlementCompleted completion = rejection(request, rejected.reason(), recordedAt);
                String id = request.getReferenceId();
                context.forward(OutputRecord.of(record, id, completion, id, EventHeaders.TYPE_SETTLEMENT_COMPLETED));
                metrics.rejected(rejected.reason());
            }
        }
    }

    private WalletDecision.Outcome decide(SettlementRequested request, Instant recordedAt) {
        try {
            return WalletDecision.decide(wallets.get(request.getWalletId()), request, recordedAt);
        } catch (ArithmeticException e) {
            // Failing the task would block every other wallet of the partition.
            throw new UnprocessableRecordException(
                    Cause.BALANCE_OVERFLOW,
                    "The balance of " + request.getWalletId() + " would not fit 64 bits after settlement "
                            + request.getSettlementId());
        }
    }

    private static SettlementCompleted rejection(SettlementRequested request, Rejection reason, Instant recordedAt) {
        return SettlementCompleted.newBuilder()
                .setReferenceId(request.getReferenceId())
                .setKind(request.getKind())
                .setOutcome(Outcome.REJECTED)
                .setRejection(reason)
                .setParts(0)
                .setCompletedAt(recordedAt)
                .build();
    }
}
