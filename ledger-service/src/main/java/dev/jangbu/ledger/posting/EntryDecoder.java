package dev.jangbu.ledger.posting;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.UuidText;
import dev.jangbu.ledger.journal.AccountKind;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.posting.Decoded.EntryRecord;
import dev.jangbu.ledger.posting.Decoded.Poison;
import dev.jangbu.ledger.posting.Decoded.UnsupportedEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Decodes and classifies records of ledger.entries. */
final class EntryDecoder {

    private final Deserializer<LedgerEntry> deserializer;
    private final int partitions;

    /** @param partitions how many partitions ledger.entries has */
    EntryDecoder(Deserializer<LedgerEntry> deserializer, int partitions) {
        this.deserializer = deserializer;
        this.partitions = partitions;
    }

    /** @throws dev.jangbu.contract.RegistryUnavailableException if a retry may succeed */
    Decoded decode(ConsumerRecord<byte[], byte[]> record) {
        LedgerEntry entry;
        try {
            entry = deserializer.deserialize(record.topic(), record.headers(), record.value());
        } catch (PoisonRecordException e) {
            return new Poison(record, String.valueOf(e.getMessage()));
        }
        if (!Arrays.equals(entry.getWalletId().getBytes(StandardCharsets.UTF_8), record.key())) {
            return new Poison(record, "The key is not the entry's walletId");
        }
        int expectedPartition = Topic.partitionFor(entry.getWalletId(), partitions);
        if (expectedPartition != record.partition()) {
            return new Poison(record, "The key belongs to partition " + expectedPartition);
        }
        try {
            return new EntryRecord(record, entry(entry));
        } catch (IllegalArgumentException e) {
            return new UnsupportedEntry(record, "Settlement " + entry.getSettlementId() + ": " + e.getMessage());
        }
    }

    private static Entry entry(LedgerEntry entry) {
        if (entry.getKind() == SettlementKind.UNKNOWN) {
            throw new IllegalArgumentException("this version does not support the kind of the entry");
        }
        return new Entry(
                id(entry.getSettlementId()),
                entry.getKind(),
                id(entry.getReferenceId()),
                entry.getReferenceParts(),
                entry.getPart(),
                entry.getCurrency(),
                lines(entry.getLines()),
                entry.getWalletId(),
                entry.getBalanceAfter(),
                entry.getWalletVersion(),
                entry.getOccurredAt(),
                entry.getRecordedAt());
    }

    private static List<Line> lines(List<LedgerLine> lines) {
        return lines.stream().map(EntryDecoder::line).toList();
    }

    private static Line line(LedgerLine line) {
        if (line.getSide() == Side.UNKNOWN) {
            throw new IllegalArgumentException("this version does not support the side of a line");
        }
        if (AccountKind.of(line.getAccount()).isEmpty()) {
            throw new IllegalArgumentException("this version does not support the account " + line.getAccount());
        }
        return new Line(line.getAccount(), line.getSide(), line.getAmount());
    }

    private static UUID id(String text) {
        return UuidText.parse(text).orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is not a UUID"));
    }
}
