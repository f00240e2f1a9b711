package dev.jangbu.settlement;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import dev.jangbu.settlement.record.Decoded;
import dev.jangbu.settlement.wallet.LastEntry;
import dev.jangbu.settlement.wallet.WalletProcessor;
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
 * The settlement topology, from request to completion:
 *
 * <pre>
 *   settlement.requests ─▶ WALLET PROCESSOR ─┬─▶ ledger.entries ─▶ (ledger-service) ─▶ ledger.postings
 *    key walletId                            │    key walletId                          key referenceId ─┐
 *                                            └─▶ settlement.completions (a rejected payout)             │
 *                                                 key referenceId                                       │
 *   settlement.completions ◀─ COMPLETION PROCESSOR ◀────────────────────────────────────────────────────┘
 * </pre>
 *
 * <ul>
 *   <li>A record that can never be processed goes to {@code settlement.dead-letters} in the same transaction ({@code
 *       runtime.DeadLetterHandler}).
 *   <li>The topics' keys are the stores' keys, so nothing is repartitioned.
 *   <li>Every node and store is named. A store's name is also its changelog's, and must survive changes of the
 *       topology.
 * </ul>
 */
public final class SettlementTopology {

    private static final String REQUESTS = "settlement-requests";
    private static final String POSTINGS = "ledger-postings";
    private static final String APPLIED = "applied";
    private static final String REJECTED = "rejected";
    private static final String ENTRIES_SINK = "ledger-entries";
    private static final String REJECTIONS_SINK = "rejected-payouts";
    private static final String COMPLETIONS_SINK = "settlement-completions";

    private SettlementTopology() {}

    /** The topology without the check of its restored stores. */
    public static Topology build(StreamsConfig config, RecordSerdes serdes, int partitions, SettlementMetrics metrics) {
        return build(config, serdes, partitions, metrics, LastEntry.UNCHECKED);
    }

    /**
     * @param partitions the partition count of each keyed topic
     * @param lastEntry the end of the topic that the stores must agree with
     */
    public static Topology build(
            StreamsConfig config, RecordSerdes serdes, int partitions, SettlementMetrics metrics, LastEntry lastEntry) {
        // Only a builder with the configuration enforces explicit names.
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(config));

        KStream<String, SpecificRecord> decided = builder.stream(
                        Topics.SETTLEMENT_REQUESTS.name(), from(Topics.SETTLEMENT_REQUESTS, serdes, REQUESTS))
                .process(WalletProcessor.supplier(partitions, metrics, lastEntry), Named.as(WalletProcessor.NAME));
        only(LedgerEntry.class, decided, APPLIED)
                .to(Topics.LEDGER_ENTRIES.name(), to(Topics.LEDGER_ENTRIES, serdes, ENTRIES_SINK));
        only(SettlementCompleted.class, decided, REJECTED)
                .to(Topics.SETTLEMENT_COMPLETIONS.name(), to(Topics.SETTLEMENT_COMPLETIONS, serdes, REJECTIONS_SINK));

        builder.stream(Topics.LEDGER_POSTINGS.name(), from(Topics.LEDGER_POSTINGS, serdes, POSTINGS))
                .process(CompletionProcessor.supplier(partitions, metrics), Named.as(CompletionProcessor.NAME))
                .to(Topics.SETTLEMENT_COMPLETIONS.name(), to(Topics.SETTLEMENT_COMPLETIONS, serdes, COMPLETIONS_SINK));

        return builder.build();
    }

    private static <T extends SpecificRecord> Consumed<String, Decoded<T>> from(
            Topic<T> topic, RecordSerdes serdes, String name) {
        return Consumed.with(Serdes.String(), Decoded.serde(serdes.of(topic))).withName(name);
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
