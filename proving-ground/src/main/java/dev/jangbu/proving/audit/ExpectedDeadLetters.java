package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records that a stage must have refused. A dead letter has the key and value of its record, so both are compared by
 * their bytes.
 */
final class ExpectedDeadLetters implements AutoCloseable {

    private final AuditSources sources;
    private final SortedFacts records;

    ExpectedDeadLetters(AuditSources sources) {
        this.sources = sources;
        this.records = sources.sortedFacts();
    }

    /** Adds a record that cannot be decoded. */
    void addUnreadable(ConsumerRecord<byte[], byte[]> record) throws IOException {
        add(RecordBytes.of(record), "the unreadable record " + RecordBytes.origin(record));
    }

    /** @param bytes in the format of {@link RecordBytes} */
    void add(String bytes, String description) throws IOException {
        records.add(bytes, description);
    }

    /**
     * Reports the records that are not among the dead letters.
     *
     * @param reader the stage that must have written them
     */
    void verify(PipelineStage reader, Violations violations) throws IOException, SQLException {
        try (SortedFacts letters = sources.sortedFacts()) {
            sources.deadLetters(letter -> letters.add(RecordBytes.of(letter), "dead letter"));
            MergeJoin.join(records.sorted(), letters.sorted(), (bytes, refused, letter) -> {
                if (letter.isEmpty()) {
                    violations.addMissing(Set.of(reader), "not among the dead letters: %s (%s)", refused, bytes);
                }
            });
        }
    }

    @Override
    public void close() throws IOException {
        records.close();
    }
}
