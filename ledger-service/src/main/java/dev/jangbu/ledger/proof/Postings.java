package dev.jangbu.ledger.proof;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.ledger.proof.PostedHashes.Said;
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

/** What Kafka says of the journals. */
final class Postings implements AutoCloseable {

    private final Map<Integer, PostedHashes> byBook = new TreeMap<>();
    private final Map<Integer, Long> heads = new TreeMap<>();
    private final Findings findings = new Findings();
    private final Deserializer<LedgerPosted> deserializer;
    private final Consumer<String> progress;
    private long read;
    private long unreadable;

    Postings(Deserializer<LedgerPosted> deserializer, Consumer<String> progress) {
        this.deserializer = deserializer;
        this.progress = progress;
    }

    /** What is wrong with the postings themselves; others add to it. */
    Findings findings() {
        return findings;
    }

    /** Records that are no postings. */
    long unreadable() {
        return unreadable;
    }

    /** @param lastNumbers of each book: higher ones are not kept */
    void expect(Map<Integer, Long> lastNumbers) throws IOException {
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

    /** @param mustBeThere whether their journals were committed before the snapshot */
    void take(Iterable<ConsumerRecord<byte[], byte[]>> batch, boolean mustBeThere) {
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            try {
                take(deserializer.deserialize(record.topic(), record.headers(), record.value()), mustBeThere);
            } catch (PoisonRecordException e) {
                unreadable++;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            read++;
        }
        progress.accept(String.format("%,d postings read", read));
    }

    private void take(LedgerPosted posted, boolean mustBeThere) throws IOException {
        int book = posted.getBook();
        long no = posted.getJournalNo();
        String settlement = posted.getSettlementId();
        long lastNo = heads.getOrDefault(book, 0L);
        if (no < 1 || no > lastNo) {
            if (mustBeThere || no < 1) {
                findings.add(
                        book,
                        no,
                        "settlement %s was posted as it on %s, and the book ends at %d"
                                .formatted(settlement, posted.getPostedAt(), lastNo));
            }
            return;
        }
        UUID id = UUID.fromString(settlement);
        if (!of(book).put(no, new Said(id, posted.getHash()))) {
            findings.add(book, no, "was posted more than once, the last time as settlement " + settlement);
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
