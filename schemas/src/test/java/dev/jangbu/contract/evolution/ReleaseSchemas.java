package dev.jangbu.contract.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topic;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/**
 * Releases the schemas of today: writes the next version of each subject that has changed. Its name keeps it out of every
 * build; it runs when it is named:
 *
 * <pre>
 *   mvn -pl schemas test -Dtest=ReleaseSchemas
 * </pre>
 */
class ReleaseSchemas {

    private final ReleasedSchemas released = ReleasedSchemas.ofThisRepository();

    @Test
    void writeTheNextVersions() {
        for (Topic<?> topic : ReleasedSchemas.topicsWithSchema()) {
            assertThat(released.breaches(topic.subject(), topic.schema()))
                    .as("nothing that breaks the contract is released")
                    .isEmpty();
        }
        for (Topic<?> topic : ReleasedSchemas.topicsWithSchema()) {
            release(topic.subject(), topic.schema());
        }
    }

    private void release(String subject, Schema today) {
        int newest = released.versions(subject);
        if (newest > 0 && released.text(subject, newest).equals(ReleasedSchemas.text(today))) {
            System.out.println(subject + " is as in version " + newest);
        } else {
            System.out.println("Released " + released.release(subject, today) + "; commit it with the change");
        }
    }
}
