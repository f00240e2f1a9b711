package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.Merge;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records that must have been refused. A dead letter is the record as it came, so their bytes are among the dead letters. */
final class RefusedRecords implements AutoCloseable {

    private final Evidence evidence;
    private final SortedFacts records;

    RefusedRecords(Evidence evidence) {
        this.evidence = evidence;
        this.records = evidence.cards();
    }

    /** A record that nobody can read. */
    void unreadable(ConsumerRecord<byte[], byte[]> record) throws IOException {
        add(RecordBytes.of(record), "the unreadable record " + RecordBytes.origin(record));
    }

    /** @param bytes as {@link RecordBytes} writes them */
    void add(String bytes, String what) throws IOException {
        records.add(bytes, what);
    }

    /**
     * Reports those that are not among the dead letters.
     *
     * @param reader who has to put them there
     */
    void areDeadLetters(Stage reader, Violations breaches) throws IOException, SQLException {
        try (SortedFacts letters = evidence.cards()) {
            evidence.deadLetters(letter -> letters.add(RecordBytes.of(letter), "dead letter"));
            Merge.join(records.sorted(), letters.sorted(), (bytes, refused, letter) -> {
                if (letter.nothing()) {
                    breaches.lacking(Set.of(reader), "not among the dead letters: %s (%s)", refused, bytes);
                }
            });
        }
    }

    @Override
    public void close() throws IOException {
        records.close();
    }
}
