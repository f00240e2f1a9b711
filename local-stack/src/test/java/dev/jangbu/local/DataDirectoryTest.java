package dev.jangbu.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirectoryTest {

    @TempDir
    private Path folder;

    @Test
    void one_stack_at_a_time_has_it_and_the_other_is_told_which() throws IOException {
        DataDirectory data = new DataDirectory(folder);
        FileLock lock = data.lock();
        Files.writeString(data.pidFile("supervisor"), "4711\n");

        assertThatThrownBy(data::lock).isInstanceOf(CommandException.class).hasMessageContaining("4711");

        lock.channel().close();
        data.lock().channel().close();
    }

    @Test
    void a_directory_that_can_not_be_written_is_refused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> new DataDirectory(file).lock())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("--data");
    }

    @Test
    void starting_empty_removes_what_is_ours_and_nothing_else() throws IOException {
        DataDirectory data = new DataDirectory(folder);
        Files.createDirectories(folder.resolve("postgres/base"));
        Files.writeString(folder.resolve("postgres/base/1"), "x");
        Files.writeString(data.secrets(), "x");
        Files.writeString(folder.resolve("notes.txt"), "mine");

        data.clear();

        assertThat(folder.resolve("postgres")).doesNotExist();
        assertThat(data.secrets()).doesNotExist();
        assertThat(folder.resolve("notes.txt")).exists();
    }

    @Test
    void a_log_that_has_grown_too_long_is_emptied_under_its_writer() throws IOException {
        Path log = Files.writeString(folder.resolve("part.log"), "0123456789");

        LogLimit.cutIn(folder, 10);
        assertThat(log).hasContent("0123456789");

        LogLimit.cutIn(folder, 9);
        assertThat(log).isEmptyFile();
        assertThat(folder.resolve("part.log.1")).hasContent("0123456789");
    }

    @Test
    void scripts_are_split_into_statements_without_their_comments() {
        assertThat(Postgres.statements("-- One;\nCREATE ROLE a;\n\nGRANT x\n  TO y; -- two\n"))
                .containsExactly("CREATE ROLE a", "GRANT x\n  TO y");
    }
}
