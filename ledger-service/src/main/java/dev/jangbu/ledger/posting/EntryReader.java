package dev.jangbu.ledger.posting;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.ledger.book.AccountKind;
import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.book.Line;
import dev.jangbu.ledger.posting.Reading.EntryRead;
import dev.jangbu.ledger.posting.Reading.Poison;
import dev.jangbu.ledger.posting.Reading.Unpostable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Turns records of ledger.entries into entries, and says of the others what they are. */
final class EntryReader {

    private final Deserializer<LedgerEntry> deserializer;
    private final int partitions;

    /** @param partitions how many partitions ledger.entries has */
    EntryReader(Deserializer<LedgerEntry> deserializer, int partitions) {
        this.deserializer = deserializer;
        this.partitions = partitions;
    }

    /** @throws dev.jangbu.contract.RegistryUnavailableException if trying again later may succeed */
    Reading read(ConsumerRecord<byte[], byte[]> record) {
        LedgerEntry read;
        try {
            read = deserializer.deserialize(record.topic(), record.headers(), record.value());
        } catch (PoisonRecordException e) {
            return new Poison(record, String.valueOf(e.getMessage()));
        }
        if (!Arrays.equals(read.getWalletId().getBytes(StandardCharsets.UTF_8), record.key())) {
            return new Poison(record, "The key is not the entry's walletId");
        }
        int home = Topic.partitionFor(read.getWalletId(), partitions);
        if (home != record.partition()) {
            return new Poison(record, "The key belongs in partition " + home);
        }
        try {
            return new EntryRead(record, entry(read));
        } catch (IllegalArgumentException e) {
            return new Unpostable(record, "Settlement " + read.getSettlementId() + ": " + e.getMessage());
        }
    }

    private static Entry entry(LedgerEntry read) {
        if (read.getKind() == SettlementKind.UNKNOWN) {
            throw new IllegalArgumentException("the entry is of a kind that this version does not know");
        }
        return new Entry(
                id(read.getSettlementId()),
                read.getKind(),
                id(read.getReferenceId()),
                read.getReferenceParts(),
                read.getCurrency(),
                lines(read.getLines()),
                read.getWalletId(),
                read.getBalanceAfter(),
                read.getWalletVersion(),
                read.getOccurredAt(),
                read.getRecordedAt());
    }

    private static List<Line> lines(List<LedgerLine> lines) {
        return lines.stream().map(EntryReader::line).toList();
    }

    private static Line line(LedgerLine line) {
        if (line.getSide() == Side.UNKNOWN) {
            throw new IllegalArgumentException("a line is on a side that this version does not know");
        }
        if (AccountKind.of(line.getAccount()).isEmpty()) {
            throw new IllegalArgumentException("this book keeps no account " + line.getAccount());
        }
        return new Line(line.getAccount(), line.getSide(), line.getAmount());
    }

    /** UUID.fromString also takes shortened forms, which would come out as another text. */
    private static UUID id(String text) {
        UUID id = UUID.fromString(text);
        if (!id.toString().equals(text.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("\"" + text + "\" is not a UUID");
        }
        return id;
    }
}
