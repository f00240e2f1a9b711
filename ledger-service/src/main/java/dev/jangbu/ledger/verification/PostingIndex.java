package dev.jangbu.ledger.verification;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.ledger.verification.PostedHashes.PostedHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** The postings in Kafka, by book and journal number. Not thread-safe. */
final class PostingIndex implements AutoCloseable {

    private final Map<Integer, PostedHashes> byBook = new TreeMap<>();
    private final Map<Integer, Long> heads = new TreeMap<>();
    private final Findings findings = new Findings();
    private final Deserializer<LedgerPosted> deserializer;
    private final Consumer<String> progress;
    private long read;
    private long malformed;

    PostingIndex(Deserializer<LedgerPosted> deserializer, Consumer<String> progress) {
        this.deserializer = deserializer;
        this.progress = progress;
    }

    /** The findings of the postings; later checks add to them. */
    Findings findings() {
        return findings;
    }

    /** The number of records that are not postings. */
    long malformed() {
        return malformed;
    }

    /** @param lastNumbers the last journal number of each book; postings of later journals are not stored */
    void allocate(Map<Integer, Long> lastNumbers) throws IOException {
        heads.putAll(lastNumbers);
        for (Map.Entry<Integer, Long> head : lastNumbers.entrySet()) {
            byBook.put(head.getKey(), new PostedHashes(head.getValue()));
        }
    }

    PostedHashes of(int book) {
        PostedHashes hashes = byBook.get(book);
        if (hashes == null) {
            throw new IllegalArgumentException("No book " + book);
        }
        return hashes;
    }

    long missing() {
        long missing = 0;
        for (Map.Entry<Integer, Long> head : heads.entrySet()) {
            missing += head.getValue() - of(head.getKey()).count();
        }
        return missing;
    }

    /** @param beforeSnapshot whether the journals of these postings were committed before the snapshot */
    void add(Iterable<ConsumerRecord<byte[], byte[]>> batch, boolean beforeSnapshot) {
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            try {
                add(deserializer.deserialize(record.topic(), record.headers(), record.value()), beforeSnapshot);
            } catch (PoisonRecordException e) {
                malformed++;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            read++;
        }
        progress.accept(String.format("%,d postings read", read));
    }

    private void add(LedgerPosted posted, boolean beforeSnapshot) throws IOException {
        int book = posted.getBook();
        long no = posted.getJournalNo();
        String settlement = posted.getSettlementId();
        long lastNo = heads.getOrDefault(book, 0L);
        if (no < 1 || no > lastNo) {
            if (beforeSnapshot || no < 1) {
                findings.add(
                        book,
                        no,
                        "settlement %s was published with this number at %s, but the book ends at %d"
                                .formatted(settlement, posted.getPostedAt(), lastNo));
            }
            return;
        }
        UUID id = UUID.fromString(settlement);
        if (!of(book).put(no, new PostedHash(id, posted.getHash()))) {
            findings.add(book, no, "was published more than once, last as settlement " + settlement);
        }
    }

    @Override
    public void close() throws IOException {
        List<IOException> failures = new ArrayList<>();
        for (PostedHashes hashes : byBook.values()) {
            try {
                hashes.close();
            } catch (IOException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }
}
