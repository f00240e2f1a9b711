package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.ledger.book.Entries;
import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.book.Line;
import dev.jangbu.ledger.posting.Reading.EntryRead;
import dev.jangbu.ledger.posting.Reading.Poison;
import dev.jangbu.ledger.posting.Reading.Unpostable;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class EntryReaderTest {

    private static final int PARTITIONS = 4;
    private final EntryReader reader = new EntryReader(Records.ENTRIES.deserializer(), PARTITIONS);
    private final Entry entry = Entries.payment("a");
    private final int home = Topic.partitionFor(entry.walletId(), PARTITIONS);

    @Test
    void anEntryIsReadAsItWasWritten() {
        assertThat(read(home, Records.key(entry), Records.value(Records.avro(entry))))
                .isInstanceOfSatisfying(
                        EntryRead.class, read -> assertThat(read.entry()).isEqualTo(entry));
    }

    @Test
    void whatIsNoEntryIsPoison() {
        byte[] value = Records.value(Records.avro(entry));
        assertThat(read(home, Records.key(entry), new byte[] {7, 7, 7})).isInstanceOf(Poison.class);
        assertThat(read(home, Records.key(entry), null)).isInstanceOf(Poison.class);
        assertThat(read(home, "b:KRW".getBytes(StandardCharsets.UTF_8), value)).isInstanceOf(Poison.class);
        assertThat(read(home, null, value)).isInstanceOf(Poison.class);
    }

    @Test
    void anEntryInAnotherWalletsPartitionIsPoison() {
        assertThat(read((home + 1) % PARTITIONS, Records.key(entry), Records.value(Records.avro(entry))))
                .isInstanceOfSatisfying(
                        Poison.class, poison -> assertThat(poison.reason()).contains("partition " + home));
    }

    @Test
    void anEntryThatThisVersionDoesNotUnderstandIsUnpostable() {
        LedgerEntry.Builder unknownKind =
                LedgerEntry.newBuilder(Records.avro(entry)).setKind(SettlementKind.UNKNOWN);
        LedgerEntry.Builder noId = LedgerEntry.newBuilder(Records.avro(entry)).setSettlementId("1-1-1-1-1");
        LedgerEntry unknownSide = Records.avro(Entries.of("a", 1, 0, new Line("platform:fees", Side.UNKNOWN, 1)));
        LedgerEntry unknownAccount = Records.avro(Entries.of("a", 1, 0, new Line("platform:cash", Side.DEBIT, 1)));
        for (LedgerEntry value : new LedgerEntry[] {unknownKind.build(), noId.build(), unknownSide, unknownAccount}) {
            assertThat(read(home, Records.key(entry), Records.value(value)))
                    .isInstanceOfSatisfying(Unpostable.class, unpostable -> assertThat(unpostable.reason())
                            .contains(value.getSettlementId()));
        }
    }

    private Reading read(int partition, byte[] key, byte[] value) {
        return reader.read(Records.record(partition, 0, key, value));
    }
}
