package dev.jangbu.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.operator.console.CommandException;
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
    void onlyOneStackLocksItAndTheErrorNamesItsProcess() throws IOException {
        DataDirectory data = new DataDirectory(folder);
        FileLock lock = data.lock();
        Files.writeString(data.pidFile("supervisor"), "4711\n");

        assertThatThrownBy(data::lock).isInstanceOf(CommandException.class).hasMessageContaining("4711");

        lock.channel().close();
        data.lock().channel().close();
    }

    @Test
    void anUnwritableDirectoryIsRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> new DataDirectory(file).lock())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("--data");
    }

    @Test
    void clearRemovesTheStacksFilesAndNoOthers() throws IOException {
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
}
