package dev.jangbu.contract.ksql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.evolution.ReleasedSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the SQL files of this repository against the released schemas. */
class KsqlFilesTest {

    private static final Path DIRECTORY = Path.of("..", "ksql");

    @Test
    void everyStatementIsCorrect() throws IOException {
        assertThat(check().problems()).isEmpty();
    }

    @Test
    void everyTopicOfTheCatalogueHasAStream() throws IOException {
        assertThat(check().topics())
                .containsExactlyInAnyOrderElementsOf(
                        Topics.ALL.stream().map(Topic::name).toList());
    }

    @Test
    void everyStreamAndTableIsRead() throws IOException {
        assertThat(check().unread()).isEmpty();
    }

    private static KsqlCheck check() throws IOException {
        ReleasedSchemas released = ReleasedSchemas.ofThisRepository();
        KsqlCheck check = new KsqlCheck(topic -> released.newest(topic.subject()));
        for (String file : List.of("01-streams.sql", "02-tables.sql")) {
            check.run(Files.readString(DIRECTORY.resolve(file)));
        }
        for (Path query : queries()) {
            check.run(Files.readString(query));
        }
        return check;
    }

    private static List<Path> queries() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY.resolve("queries"))) {
            return files.sorted().toList();
        }
    }
}
