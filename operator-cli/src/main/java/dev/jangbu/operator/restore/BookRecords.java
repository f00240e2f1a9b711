package dev.jangbu.operator.restore;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The records of journals, as streams-processor and ledger-service have written them: content, key, headers and
 * timestamp. Only the trace is lost.
 */
final class BookRecords {

    /** The rows of a book in the order of its entries. */
    static final String JOURNALS = "SELECT * FROM journals_with_lines WHERE book = ? ORDER BY no";

    private final Serializer<LedgerEntry> entries;
    private final Serializer<LedgerPosted> postings;

    BookRecords(RecordSerdes serdes) {
        this.entries = serdes.warm(Topics.LEDGER_ENTRIES).serializer();
        this.postings = serdes.warm(Topics.LEDGER_POSTINGS).serializer();
    }

    /** The entry of a row of {@link #JOURNALS}, for the partition of its book. */
    ProducerRecord<byte[], byte[]> entry(ResultSet row) throws SQLException {
        LedgerEntry entry = LedgerEntry.newBuilder()
                .setSettlementId(row.getString("settlement_id"))
                .setKind(SettlementKind.valueOf(row.getString("kind")))
                .setReferenceId(row.getString("reference_id"))
                .setReferenceParts(row.getInt("reference_parts"))
                .setCurrency(row.getString("currency"))
                .setLines(lines(row))
                .setWalletId(row.getString("wallet_id"))
                .setBalanceAfter(row.getLong("balance_after"))
                .setWalletVersion(row.getLong("wallet_version"))
                .setOccurredAt(instant(row, "occurred_at"))
                .setRecordedAt(instant(row, "recorded_at"))
                .setPart(row.getObject("part", Integer.class))
                .build();
        return record(
                Topics.LEDGER_ENTRIES,
                entries,
                row.getInt("book"),
                entry.getWalletId(),
                entry,
                entry.getRecordedAt(),
                EventHeaders.headers(
                        entry.getSettlementId(),
                        EventHeaders.TYPE_LEDGER_ENTRY,
                        "/jangbu/streams-processor",
                        entry.getRecordedAt()));
    }

    /** The posting of the row. */
    ProducerRecord<byte[], byte[]> posting(ResultSet row, int partitions) throws SQLException {
        LedgerPosted posting = LedgerPosted.newBuilder()
                .setSettlementId(row.getString("settlement_id"))
                .setReferenceId(row.getString("reference_id"))
                .setReferenceParts(row.getInt("reference_parts"))
                .setKind(SettlementKind.valueOf(row.getString("kind")))
                .setBook(row.getInt("book"))
                .setJournalNo(row.getLong("no"))
                .setHash(ByteBuffer.wrap(row.getBytes("hash")))
                .setPostedAt(instant(row, "posted_at"))
                .build();
        return record(
                Topics.LEDGER_POSTINGS,
                postings,
                Topic.partitionFor(posting.getReferenceId(), partitions),
                posting.getReferenceId(),
                posting,
                posting.getPostedAt(),
                EventHeaders.headers(
                        posting.getSettlementId(),
                        EventHeaders.TYPE_LEDGER_POSTED,
                        "/jangbu/ledger-service",
                        posting.getPostedAt()));
    }

    static <T extends SpecificRecord> ProducerRecord<byte[], byte[]> record(
            Topic<T> topic,
            Serializer<T> serializer,
            int partition,
            String key,
            T value,
            Instant time,
            Headers headers) {
        return new ProducerRecord<>(
                topic.name(),
                partition,
                time.toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topic.name(), headers, value),
                headers);
    }

    private static List<LedgerLine> lines(ResultSet row) throws SQLException {
        Object[] accounts = array(row.getArray("accounts"));
        Object[] sides = array(row.getArray("sides"));
        Object[] amounts = array(row.getArray("amounts"));
        List<LedgerLine> lines = new ArrayList<>(accounts.length);
        for (int i = 0; i < accounts.length; i++) {
            lines.add(new LedgerLine((String) accounts[i], Side.valueOf((String) sides[i]), (Long) amounts[i]));
        }
        return lines;
    }

    private static Object[] array(Array array) throws SQLException {
        return (Object[]) array.getArray();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(Database.instant(row, column));
    }
}
