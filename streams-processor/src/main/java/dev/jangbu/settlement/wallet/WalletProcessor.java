package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.settlement.ChangelogStores;
import dev.jangbu.settlement.Reading;
import dev.jangbu.settlement.RecordKeys;
import dev.jangbu.settlement.SettlementMetrics;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.UnprocessableRecordException;
import dev.jangbu.settlement.UnprocessableRecordException.Cause;
import dev.jangbu.settlement.wallet.WalletDecision.Applied;
import dev.jangbu.settlement.wallet.WalletDecision.Rejected;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * The one writer of a partition's wallets: checks a request, drops it if it was decided before, decides, stores, forwards.
 *
 * <p>What it forwards, what it stores and the offset it has read are one Kafka transaction. Whatever it refuses for good it
 * refuses by {@link UnprocessableRecordException} before it touches a store.
 */
public final class WalletDesk implements Processor<String, Reading<SettlementRequested>, String, SpecificRecord> {

    private final int partitions;
    private final SettlementMetrics metrics;

    // Given by init, which Kafka Streams calls before the first record.
    private ProcessorContext<String, SpecificRecord> context;
    private KeyValueStore<String, Wallet> wallets;
    private SeenSettlements seen;
    private EntryCount entries;

    private WalletDesk(int partitions, SettlementMetrics metrics) {
        this.partitions = partitions;
        this.metrics = metrics;
    }

    /**
     * A desk for each partition, with its stores.
     *
     * @param partitions how many partitions the requests have
     */
    public static ProcessorSupplier<String, Reading<SettlementRequested>, String, SpecificRecord> supplier(
            int partitions, SettlementMetrics metrics) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<String, Reading<SettlementRequested>, String, SpecificRecord> get() {
                return new WalletDesk(partitions, metrics);
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return Set.of(
                        ChangelogStores.cached(SettlementTopology.WALLETS, Serdes.String(), WalletSerde.create()),
                        ChangelogStores.uncached(SettlementTopology.SEEN, UuidSerde.create(), Serdes.ByteArray()),
                        ChangelogStores.uncached(SettlementTopology.REPLAYED, UuidSerde.create(), Serdes.ByteArray()),
                        ChangelogStores.cached(SettlementTopology.DESK_CLOCK, Serdes.String(), Serdes.Long()));
            }
        };
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> given) {
        context = given;
        wallets = given.getStateStore(SettlementTopology.WALLETS);
        KeyValueStore<String, Long> clock = given.getStateStore(SettlementTopology.DESK_CLOCK);
        seen = new SeenSettlements(
                given.getStateStore(SettlementTopology.SEEN), given.getStateStore(SettlementTopology.REPLAYED), clock);
        entries = new EntryCount(clock, wallets);
        entries.beginOn(given);
    }

    /**
     * One request.
     *
     * @throws UnprocessableRecordException if it belongs to the dead letters; nothing has changed then
     */
    @Override
    public void process(Record<String, Reading<SettlementRequested>> incoming) {
        SettlementRequested request = incoming.value().orRefuse();
        Record<String, SettlementRequested> record = incoming.withValue(request);
        UUID settlementId = check(record);
        boolean replay = record.headers().lastHeader(EventHeaders.REPLAY) != null;
        switch (seen.judge(settlementId, record.timestamp(), replay)) {
            case NEW -> settle(settlementId, replay, record);
            case DUPLICATE -> metrics.duplicate();
            case FUTURE ->
                throw new UnprocessableRecordException(
                        Cause.FUTURE_ID,
                        "The id " + settlementId + " is more than " + SeenSettlements.LEAD + " ahead of its record");
            case BEYOND_HORIZON ->
                throw new UnprocessableRecordException(
                        Cause.BEYOND_HORIZON,
                        "The id " + settlementId + " is more than " + SeenSettlements.HORIZON
                                + " behind this desk's clock: it may have been settled. Prove it absent from the ledger"
                                + " before it is replayed. Reference " + request.getReferenceId());
        }
    }

    private UUID check(Record<String, SettlementRequested> record) {
        int partition = context.recordMetadata().orElseThrow().partition();
        RecordKeys.require(record.key(), record.value().getWalletId(), partition, partitions);
        RequestRules.check(record.value());
        return RecordKeys.settlementId(record.value().getSettlementId());
    }

    private void settle(UUID settlementId, boolean replay, Record<String, SettlementRequested> record) {
        SettlementRequested request = record.value();
        Instant recordedAt = Instant.ofEpochMilli(record.timestamp());
        switch (decide(request, recordedAt)) {
            case Applied applied -> {
                wallets.put(request.getWalletId(), applied.wallet());
                entries.countOne();
                forward(
                        record,
                        request.getWalletId(),
                        applied.entry(),
                        settlementId.toString(),
                        EventHeaders.TYPE_LEDGER_ENTRY);
                metrics.applied(request.getKind());
            }
            case Rejected rejected -> {
                SettlementCompleted refusal = refusal(request, rejected.reason(), recordedAt);
                String id = request.getReferenceId();
                forward(record, id, refusal, id, EventHeaders.TYPE_SETTLEMENT_COMPLETED);
                metrics.refused(rejected.reason());
            }
        }
        seen.remember(settlementId, replay);
    }

    private WalletDecision.Outcome decide(SettlementRequested request, Instant recordedAt) {
        try {
            return WalletDecision.decide(wallets.get(request.getWalletId()), request, recordedAt);
        } catch (ArithmeticException e) {
            // Stopping would hold up every other wallet of the partition for a record that never fits.
            throw new UnprocessableRecordException(
                    Cause.BALANCE_OVERFLOW,
                    "The balance of " + request.getWalletId() + " would not fit 64 bits after settlement "
                            + request.getSettlementId());
        }
    }

    private static SettlementCompleted refusal(SettlementRequested request, Rejection reason, Instant recordedAt) {
        return SettlementCompleted.newBuilder()
                .setReferenceId(request.getReferenceId())
                .setKind(request.getKind())
                .setOutcome(Outcome.REJECTED)
                .setRejection(reason)
                .setParts(0)
                .setCompletedAt(recordedAt)
                .build();
    }

    private void forward(Record<?, ?> cause, String key, SpecificRecord value, String id, String type) {
        Headers headers =
                EventHeaders.headers(id, type, SettlementTopology.SOURCE, Instant.ofEpochMilli(cause.timestamp()));
        EventHeaders.carryTrace(cause.headers(), headers);
        context.forward(new Record<>(key, value, cause.timestamp(), headers));
    }
}
