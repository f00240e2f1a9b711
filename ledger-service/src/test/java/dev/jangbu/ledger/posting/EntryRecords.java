package dev.jangbu.ledger.posting;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.posting.Decoded.EntryRecord;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;

/** Encodes entries as records of ledger.entries. */
final class EntryRecords {

    static final Serde<LedgerEntry> ENTRIES = new FixedIdSerdes().of(Topics.LEDGER_ENTRIES);
    static final Serde<LedgerPosted> POSTINGS = new FixedIdSerdes().of(Topics.LEDGER_POSTINGS);

    private EntryRecords() {}

    static LedgerEntry avro(Entry entry) {
        return LedgerEntry.newBuilder()
                .setSettlementId(entry.settlementId().toString())
                .setKind(entry.kind())
                .setReferenceId(entry.referenceId().toString())
                .setReferenceParts(entry.referenceParts())
                .setCurrency(entry.currency())
                .setLines(entry.lines().stream()
                        .map(line -> LedgerLine.newBuilder()
                                .setAccount(line.account())
                                .setSide(line.side())
                                .setAmount(line.amountMinor())
                                .build())
                        .toList())
                .setWalletId(entry.walletId())
                .setBalanceAfter(entry.balanceAfterMinor())
                .setWalletVersion(entry.walletVersion())
                .setOccurredAt(entry.occurredAt())
                .setRecordedAt(entry.recordedAt())
                .setPart(entry.part())
                .build();
    }

    static byte[] key(Entry entry) {
        return entry.walletId().getBytes(StandardCharsets.UTF_8);
    }

    static byte[] value(LedgerEntry entry) {
        return ENTRIES.serializer().serialize(Topics.LEDGER_ENTRIES.name(), entry);
    }

    static ConsumerRecord<byte[], byte[]> record(int partition, long offset, byte[] key, byte[] value) {
        return new ConsumerRecord<>(Topics.LEDGER_ENTRIES.name(), partition, offset, key, value);
    }

    static EntryRecord read(long offset, Entry entry) {
        return new EntryRecord(record(0, offset, key(entry), value(avro(entry))), entry);
    }
}
