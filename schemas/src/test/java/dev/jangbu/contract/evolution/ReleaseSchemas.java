package dev.jangbu.contract.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topic;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/**
 * Releases today's schemas: writes the next version of each changed subject. Not a test; run it by name:
 *
 * <pre>
 *   mvn -pl schemas -am test -Dtest=ReleaseSchemas -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class ReleaseSchemas {

    private final ReleasedSchemas released = ReleasedSchemas.ofThisRepository();

    @Test
    void writeTheNextVersions() {
        for (Topic<?> topic : ReleasedSchemas.topicsWithSchema()) {
            assertThat(released.violations(topic.subject(), topic.schema()))
                    .as("a schema with violations is not released")
                    .isEmpty();
        }
        for (Topic<?> topic : ReleasedSchemas.topicsWithSchema()) {
            release(topic.subject(), topic.schema());
        }
    }

    private void release(String subject, Schema today) {
        int newest = released.versions(subject);
        if (newest > 0 && released.text(subject, newest).equals(ReleasedSchemas.text(today))) {
            System.out.println(subject + " has not changed since version " + newest);
        } else {
            System.out.println("Released " + released.release(subject, today) + "; commit it with the change");
        }
    }
}
