package dev.jangbu.peers;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topics;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Maps each request to an entry of the same size as Jangbu's, with its headers, but without wallets: no store and no
 * deduplication. Measures the engine alone.
 */
final class PassThrough {

    private PassThrough() {}

    static Topology build(RecordSerdes serdes) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(
                        Topics.SETTLEMENT_REQUESTS.name(),
                        Consumed.with(Serdes.String(), serdes.of(Topics.SETTLEMENT_REQUESTS))
                                .withName("requests"))
                .process(Entry::new, Named.as("pass-through"))
                .to(
                        Topics.LEDGER_ENTRIES.name(),
                        Produced.with(Serdes.String(), serdes.of(Topics.LEDGER_ENTRIES))
                                .withName("entries"));
        return builder.build();
    }

    private static final class Entry extends ContextualProcessor<String, SettlementRequested, String, LedgerEntry> {

        @Override
        public void process(Record<String, SettlementRequested> record) {
            SettlementRequested request = record.value();
            Instant recordedAt = Instant.ofEpochMilli(record.timestamp());
            UUID id = UUID.fromString(request.getSettlementId());
            Headers headers = EventHeaders.headers(
                    request.getSettlementId(), EventHeaders.TYPE_LEDGER_ENTRY, "/jangbu/pass-through", recordedAt);
            EventHeaders.carryTrace(record.headers(), headers);
            context().forward(new Record<>(record.key(), entry(id, request, recordedAt), record.timestamp(), headers));
        }

        private static LedgerEntry entry(UUID id, SettlementRequested request, Instant recordedAt) {
            List<LedgerLine> lines = JournalLine.of(id, request).stream()
                    .map(line -> new LedgerLine(line.account(), Side.valueOf(line.side()), line.amount()))
                    .toList();
            return LedgerEntry.newBuilder()
                    .setSettlementId(request.getSettlementId())
                    .setKind(request.getKind())
                    .setReferenceId(request.getReferenceId())
                    .setReferenceParts(request.getReferenceParts())
                    .setCurrency(request.getCurrency())
                    .setLines(lines)
                    .setWalletId(request.getWalletId())
                    .setBalanceAfter(JournalLine.sellerShare(request))
                    .setWalletVersion(1)
                    .setOccurredAt(request.getOccurredAt())
                    .setRecordedAt(recordedAt)
                    .build();
        }
    }
}
