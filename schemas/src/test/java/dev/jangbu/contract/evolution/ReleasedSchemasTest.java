package dev.jangbu.contract.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topic;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks {@code src/main/avro} against the released schemas. On a failure see {@code docs/schema-evolution.md}. */
class ReleasedSchemasTest {

    private final ReleasedSchemas released = ReleasedSchemas.ofThisRepository();

    static Stream<Topic<?>> topicsWithSchema() {
        return ReleasedSchemas.topicsWithSchema().stream();
    }

    @ParameterizedTest
    @MethodSource("topicsWithSchema")
    void todaysSchemaIsCompatibleWithEveryReleasedOne(Topic<?> topic) {
        assertThat(released.violations(topic.subject(), topic.schema()))
                .as("FULL_TRANSITIVE and the rules of docs/schema-evolution.md")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("topicsWithSchema")
    void todaysSchemaIsTheNewestReleasedOne(Topic<?> topic) {
        String subject = topic.subject();
        int newest = released.versions(subject);

        assertThat(newest)
                .as("released versions of %s; release it: mvn -pl schemas test -Dtest=ReleaseSchemas", subject)
                .isPositive();
        assertThat(ReleasedSchemas.text(topic.schema()))
                .as(
                        "%s differs from its newest released version, %d; release it as the next one: "
                                + "mvn -pl schemas test -Dtest=ReleaseSchemas",
                        subject, newest)
                .isEqualTo(released.text(subject, newest));
    }

    @ParameterizedTest
    @MethodSource("topicsWithSchema")
    void releasedVersionsAreNumberedFromOneAndCompatible(Topic<?> topic) {
        String subject = topic.subject();
        for (int later = 2; later <= released.versions(subject); later++) {
            Schema schema = released.schema(subject, later);
            for (int earlier = 1; earlier < later; earlier++) {
                assertThat(Evolution.violations(released.schema(subject, earlier), schema))
                        .as("%s: version %d after version %d", subject, later, earlier)
                        .isEmpty();
            }
        }
    }

    @Test
    void everyReleasedSubjectIsInTheCatalogue() {
        assertThat(released.subjects())
                .as("a released subject is never removed: its records may be kept forever")
                .containsExactlyInAnyOrderElementsOf(
                        topicsWithSchema().map(Topic::subject).toList());
    }
}
