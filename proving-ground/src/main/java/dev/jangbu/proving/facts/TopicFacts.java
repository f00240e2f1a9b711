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
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
                table -> copy(Topics.SETTLEMENT_REQUESTS, table, (record, request) -> new Object[] {
                    UUID.fromString(request.getSettlementId()),
                    RecordBytes.of(record),
                    request.getOccurredAt().toEpochMilli()
                }));
        loaders.put("entries", this::copyEntries);
        loaders.put("postings", table -> copy(Topics.LEDGER_POSTINGS, table, (record, posting) -> columns(posting)));
        loaders.put(
                "completions",
                table -> copy(Topics.SETTLEMENT_COMPLETIONS, table, (record, completion) -> columns(completion)));
        loaders.put(
                "dead_letters",
                table -> topics.readRaw(Topics.SETTLEMENT_DEAD_LETTERS, letter -> table.row(RecordBytes.of(letter))));
    }

    /** The columns of a record; {@link IllegalArgumentException} if an id is none. */
    @FunctionalInterface
    private interface Columns<T> {
        @Nullable
        Object[] of(ConsumerRecord<byte[], byte[]> record, T value) throws IOException;
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

    /** Entries with their journals, which are numbered and chained in the order of each partition. */
    private void copyEntries(FactsTable table) throws IOException {
        int partitions = topics.partitions(Topics.LEDGER_ENTRIES);
        Map<Integer, BookRebuild> books = new HashMap<>();
        copy(Topics.LEDGER_ENTRIES, table, (record, entry) -> {
            boolean isMisplaced = isMisplaced(record, entry, partitions);
            BookRebuild.Journal journal = isMisplaced
                    ? null
                    : books.computeIfAbsent(record.partition(), BookRebuild::new)
                            .next(entry);
            return new @Nullable Object[] {
                UUID.fromString(entry.getSettlementId()),
                entry.getWalletId(),
                payable(entry),
                isMisplaced,
                RecordBytes.of(record),
                RecordBytes.origin(record),
                record.partition(),
                journal == null ? null : journal.no(),
                journal == null ? null : text(entry) + " " + journal.hash()
            };
        });
    }

    /** The content of the entry's journal except the time of posting. */
    private static String text(LedgerEntry entry) {
        return Stream.concat(
                        Stream.of(
                                entry.getSettlementId(),
                                entry.getKind(),
                                entry.getReferenceId(),
                                entry.getReferenceParts(),
                                entry.getCurrency(),
                                entry.getWalletId(),
                                entry.getWalletVersion(),
                                entry.getBalanceAfter(),
                                entry.getOccurredAt().toEpochMilli(),
                                entry.getRecordedAt().toEpochMilli()),
                        entry.getLines().stream()
                                .flatMap(line -> Stream.of(
                                        line.getAccount(), line.getSide(), entry.getCurrency(), line.getAmount())))
                .map(Object::toString)
                .collect(Collectors.joining(" "));
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
            completion.getRejection() == null ? null : completion.getRejection().name(),
            completion.getParts(),
            completion.getPosition()
        };
    }
}
