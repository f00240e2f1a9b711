package dev.jangbu.proving.facts;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.FactsDatabase.TableLoader;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Copies the committed records of the topics. A record without proper ids counts as unreadable. */
final class TopicFacts {

    private final TopicReader topics;

    TopicFacts(TopicReader topics) {
        this.topics = topics;
    }

    void addLoaders(Map<String, TableLoader> loaders) {
        loaders.put(
                "requests",
                table -> copy(Topics.SETTLEMENT_REQUESTS, table, (record, request) ->
                        new Object[] {UUID.fromString(request.getSettlementId()), RecordBytes.of(record)}));
        loaders.put("entries", this::copyEntries);
        loaders.put("rebuilt_journals", this::rebuildJournals);
        loaders.put(
                "postings", table -> copy(Topics.LEDGER_POSTINGS, table, (record, posting) -> columns(posting)));
        loaders.put(
                "completions",
                table -> copy(Topics.SETTLEMENT_COMPLETIONS, table, (record, completion) -> columns(completion)));
        loaders.put(
                "dead_letters",
                table -> topics.readRaw(Topics.SETTLEMENT_DEAD_LETTERS, letter -> table.row(RecordBytes.of(letter))));
    }

    /** @throws IllegalArgumentException if an id is none */
    @FunctionalInterface
    private interface Columns<T> {
        @Nullable
        Object[] of(ConsumerRecord<byte[], byte[]> record, T value);
    }

    private <T extends SpecificRecord> void copy(Topic<T> topic, FactsTable table, Columns<T> columns)
            throws IOException {
        try (FactsTable unreadable = table.with("unreadable")) {
            TopicReader.Records refuse =
                    record -> unreadable.row(topic.name(), RecordBytes.of(record), RecordBytes.origin(record));
            topics.read(
                    topic,
                    (record, value) -> {
                        @Nullable Object[] row;
                        try {
                            row = columns.of(record, value);
                        } catch (IllegalArgumentException e) {
                            refuse.read(record);
                            return;
                        }
                        table.row(row);
                    },
                    refuse);
        }
    }

    private void copyEntries(FactsTable table) throws IOException {
        int partitions = topics.partitions(Topics.LEDGER_ENTRIES);
        copy(Topics.LEDGER_ENTRIES, table, (record, entry) -> new Object[] {
            UUID.fromString(entry.getSettlementId()),
            entry.getWalletId(),
            payable(entry),
            isMisplaced(record, entry, partitions),
            RecordBytes.of(record),
            RecordBytes.origin(record)
        });
    }

    private void rebuildJournals(FactsTable table) throws IOException {
        int partitions = topics.partitions(Topics.LEDGER_ENTRIES);
        Map<Integer, BookRebuild> books = new HashMap<>();
        topics.read(
                Topics.LEDGER_ENTRIES,
                (record, entry) -> {
                    if (!isMisplaced(record, entry, partitions)) {
                        BookRebuild.Journal journal = books.computeIfAbsent(record.partition(), BookRebuild::new)
                                .next(entry);
                        table.row(record.partition(), journal.no(), journal.text());
                    }
                },
                unreadable -> {});
    }

    /** Whether an entry is not on the partition of its wallet. The ledger refuses it as a dead letter. */
    private static boolean isMisplaced(ConsumerRecord<byte[], byte[]> record, LedgerEntry entry, int partitions) {
        return record.key() == null
                || !new String(record.key(), StandardCharsets.UTF_8).equals(entry.getWalletId())
                || Topic.partitionFor(entry.getWalletId(), partitions) != record.partition();
    }

    /** What the entry adds to the account of its seller. */
    private static long payable(LedgerEntry entry) {
        String walletId = entry.getWalletId();
        String account = "seller:" + walletId.substring(0, Math.max(0, walletId.lastIndexOf(':'))) + ":payable";
        return entry.getLines().stream()
                .filter(line -> line.getAccount().equals(account))
                .mapToLong(line -> line.getSide() == Side.CREDIT ? line.getAmount() : -line.getAmount())
                .reduce(0, Math::addExact);
    }

    private static Object[] columns(LedgerPosted posting) {
        byte[] hash = new byte[posting.getHash().remaining()];
        posting.getHash().duplicate().get(hash);
        return new Object[] {
            UUID.fromString(posting.getSettlementId()),
            posting.getBook(),
            posting.getJournalNo(),
            posting.getKind().name(),
            UUID.fromString(posting.getReferenceId()),
            posting.getReferenceParts(),
            HexFormat.of().formatHex(hash)
        };
    }

    private static @Nullable Object[] columns(SettlementCompleted completion) {
        return new @Nullable Object[] {
            UUID.fromString(completion.getReferenceId()),
            completion.getKind().name(),
            completion.getOutcome().name(),
            completion.getRejection() == null ? null : Objects.toString(completion.getRejection()),
            completion.getParts(),
            completion.getPosition()
        };
    }
}
