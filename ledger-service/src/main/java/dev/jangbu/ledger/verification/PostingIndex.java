package dev.jangbu.ledger.verification;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.ledger.verification.PostedHashes.PostedHash;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** The postings in Kafka, by book and journal number. Used by one thread. */
final class PostingIndex implements AutoCloseable {

    private final Arena arena = Arena.ofConfined();
    private final Map<Integer, PostedHashes> byBook = new TreeMap<>();
    private final Findings findings;
    private final Deserializer<LedgerPosted> deserializer;
    private final Consumer<String> progress;
    private long read;
    private long malformed;

    /** @param heads the last journal number of each book; postings of later journals are not stored */
    PostingIndex(
            Map<Integer, Long> heads,
            Deserializer<LedgerPosted> deserializer,
            Findings findings,
            Consumer<String> progress)
            throws IOException {
        this.deserializer = deserializer;
        this.findings = findings;
        this.progress = progress;
        for (Map.Entry<Integer, Long> head : heads.entrySet()) {
            byBook.put(head.getKey(), new PostedHashes(head.getValue(), arena));
        }
    }

    /** The number of records that are not postings. */
    long malformed() {
        return malformed;
    }

    /** The postings of each book. */
    Map<Integer, PostedHashes> byBook() {
        return byBook;
    }

    /** The number of journals without a posting. */
    long missing() {
        return byBook.values().stream().mapToLong(PostedHashes::missing).sum();
    }

    /** @param beforeSnapshot whether the journals of these postings were committed before the snapshot */
    void add(Iterable<ConsumerRecord<byte[], byte[]>> batch, boolean beforeSnapshot) {
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            try {
                add(deserializer.deserialize(record.topic(), record.headers(), record.value()), beforeSnapshot);
            } catch (PoisonRecordException e) {
                malformed++;
            }
            read++;
        }
        progress.accept(String.format("%,d postings read", read));
    }

    private void add(LedgerPosted posted, boolean beforeSnapshot) {
        int book = posted.getBook();
        long no = posted.getJournalNo();
        String settlement = posted.getSettlementId();
        PostedHashes hashes = byBook.get(book);
        if (hashes == null || no < 1 || no > hashes.lastNo()) {
            if (beforeSnapshot || no < 1) {
                String difference = "settlement %s was published with this number at %s, but the book ends at %d";
                findings.add(
                        book, no, difference, settlement, posted.getPostedAt(), hashes == null ? 0 : hashes.lastNo());
            }
        } else if (!hashes.put(no, new PostedHash(UUID.fromString(settlement), posted.getHash()))) {
            findings.add(book, no, "was published more than once, last as settlement %s", settlement);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
