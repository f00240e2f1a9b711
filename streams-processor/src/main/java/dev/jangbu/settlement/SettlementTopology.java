package dev.jangbu.settlement;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.completion.CompletionDesk;
import dev.jangbu.settlement.wallet.WalletDesk;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/**
 * The settlement, from a request to its completion:
 *
 * <pre>
 *   settlement.requests ─▶ WALLET DESK ─┬─▶ ledger.entries ─▶ (ledger-service) ─▶ ledger.postings ─▶ COMPLETION DESK
 *    key walletId                       │    key walletId                          key referenceId         │
 *                                       └─▶ settlement.completions (a refused payout)                      ▼
 *                                            key referenceId                              settlement.completions
 * </pre>
 *
 * A record that can never be read or processed leaves by the processing exception handler ({@code
 * runtime.PoisonToDeadLetters}), which has it as it came and sends it to {@code settlement.dead-letters} in the same
 * transaction. The topics' keys are the stores'
 * keys, so nothing is repartitioned. Everything has a name of its own: a name is also that of a changelog, and must survive
 * a change of the topology.
 */
public final class SettlementTopology {

    public static final String WALLET_DESK = "wallet-desk";
    public static final String COMPLETION_DESK = "completion-desk";

    /** walletId → the wallet. */
    public static final String WALLETS = "wallets";
    /** settlementId, 16 bytes → a byte: what the wallet desk decided within its horizon. */
    public static final String SEEN = "seen-settlements";
    /** settlementId, 16 bytes → a byte: what it decided on a replay, for ever. */
    public static final String REPLAYED = "replayed-settlements";
    /** What the wallet desk knows of its partition: the highest id time that it accepted, and how many entries it emitted. */
    public static final String DESK_CLOCK = "wallet-desk-clock";
    /** referenceId → the settlementIds posted so far, and where. */
    public static final String POSTED_PARTS = "posted-parts";

    /** {@code ce_source} of what the desks write. */
    public static final String SOURCE = "/jangbu/streams-processor";

    private static final String REQUESTS = "settlement-requests";
    private static final String POSTINGS = "ledger-postings";
    private static final String BOOKED = "booked";
    private static final String REFUSED = "refused";
    private static final String ENTRIES_SINK = "ledger-entries";
    private static final String REFUSALS_SINK = "refused-payouts";
    private static final String COMPLETIONS_SINK = "settlement-completions";

    private SettlementTopology() {}

    /**
     * Builds it.
     *
     * @param partitions how many partitions each of the keyed topics has
     */
    public static Topology build(StreamsConfig config, RecordSerdes serdes, int partitions, SettlementMetrics metrics) {
        // Only a builder that is given the configuration enforces explicit names.
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(config));

        KStream<String, SpecificRecord> decided = builder.stream(
                        Topics.SETTLEMENT_REQUESTS.name(), from(Topics.SETTLEMENT_REQUESTS, serdes, REQUESTS))
                .process(WalletDesk.supplier(partitions, metrics), Named.as(WALLET_DESK));
        only(LedgerEntry.class, decided, BOOKED)
                .to(Topics.LEDGER_ENTRIES.name(), to(Topics.LEDGER_ENTRIES, serdes, ENTRIES_SINK));
        only(SettlementCompleted.class, decided, REFUSED)
                .to(Topics.SETTLEMENT_COMPLETIONS.name(), to(Topics.SETTLEMENT_COMPLETIONS, serdes, REFUSALS_SINK));

        builder.stream(Topics.LEDGER_POSTINGS.name(), from(Topics.LEDGER_POSTINGS, serdes, POSTINGS))
                .process(CompletionDesk.supplier(partitions, metrics), Named.as(COMPLETION_DESK))
                .to(Topics.SETTLEMENT_COMPLETIONS.name(), to(Topics.SETTLEMENT_COMPLETIONS, serdes, COMPLETIONS_SINK));

        return builder.build();
    }

    private static <T extends SpecificRecord> Consumed<String, Reading<T>> from(
            Topic<T> topic, RecordSerdes serdes, String name) {
        return Consumed.with(Serdes.String(), Reading.serde(serdes.of(topic))).withName(name);
    }

    private static <T extends SpecificRecord> Produced<String, T> to(Topic<T> topic, RecordSerdes serdes, String name) {
        return Produced.with(Serdes.String(), serdes.of(topic)).withName(name);
    }

    private static <T extends SpecificRecord> KStream<String, T> only(
            Class<T> type, KStream<String, SpecificRecord> stream, String name) {
        return stream.flatMapValues(
                value -> type.isInstance(value) ? List.of(type.cast(value)) : List.of(), Named.as(name));
    }
}
