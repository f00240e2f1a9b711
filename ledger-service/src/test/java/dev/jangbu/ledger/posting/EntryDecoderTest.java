package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.ledger.posting.Decoded.EntryRecord;
import dev.jangbu.ledger.posting.Decoded.Poison;
import dev.jangbu.ledger.posting.Decoded.UnsupportedEntry;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EntryDecoderTest {

    private static final int PARTITIONS = 4;
    private final EntryDecoder decoder = new EntryDecoder(EntryRecords.ENTRIES.deserializer(), PARTITIONS);
    private final Entry entry = TestEntries.payment("a");
    private final int partition = Topic.partitionFor(entry.walletId(), PARTITIONS);

    @Test
    void anEntryIsDecodedAsItWasEncoded() {
        assertThat(decode(partition, EntryRecords.key(entry), EntryRecords.value(EntryRecords.avro(entry))))
                .isInstanceOfSatisfying(
                        EntryRecord.class, record -> assertThat(record.entry()).isEqualTo(entry));
    }

    @Test
    void malformedRecordsArePoison() {
        byte[] value = EntryRecords.value(EntryRecords.avro(entry));
        assertThat(decode(partition, EntryRecords.key(entry), new byte[] {7, 7, 7}))
                .isInstanceOf(Poison.class);
        assertThat(decode(partition, EntryRecords.key(entry), null)).isInstanceOf(Poison.class);
        assertThat(decode(partition, "b:KRW".getBytes(StandardCharsets.UTF_8), value))
                .isInstanceOf(Poison.class);
        assertThat(decode(partition, null, value)).isInstanceOf(Poison.class);
    }

    @Test
    void anEntryInAnotherPartitionThanItsKeysIsPoison() {
        assertThat(decode(
                        (partition + 1) % PARTITIONS,
                        EntryRecords.key(entry),
                        EntryRecords.value(EntryRecords.avro(entry))))
                .isInstanceOfSatisfying(
                        Poison.class, poison -> assertThat(poison.reason()).contains("partition " + partition));
    }

    @Test
    void anEntryThatThisVersionDoesNotSupportIsUnsupported() {
        LedgerEntry.Builder unknownKind =
                LedgerEntry.newBuilder(EntryRecords.avro(entry)).setKind(SettlementKind.UNKNOWN);
        LedgerEntry.Builder shortId =
                LedgerEntry.newBuilder(EntryRecords.avro(entry)).setSettlementId("1-1-1-1-1");
        LedgerEntry unknownSide =
                EntryRecords.avro(TestEntries.of("a", 1, 0, new Line("platform:fees", Side.UNKNOWN, 1)));
        LedgerEntry unknownAccount =
                EntryRecords.avro(TestEntries.of("a", 1, 0, new Line("platform:cash", Side.DEBIT, 1)));
        for (LedgerEntry value :
                new LedgerEntry[] {unknownKind.build(), shortId.build(), unknownSide, unknownAccount}) {
            assertThat(decode(partition, EntryRecords.key(entry), EntryRecords.value(value)))
                    .isInstanceOfSatisfying(UnsupportedEntry.class, unsupported -> assertThat(unsupported.reason())
                            .contains(value.getSettlementId()));
        }
    }

    private Decoded decode(int partition, byte[] key, byte[] value) {
        return decoder.decode(EntryRecords.record(partition, 0, key, value));
    }
}
