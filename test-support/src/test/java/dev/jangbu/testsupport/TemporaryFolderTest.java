package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {

    @TempDir(factory = TemporaryFolder.class)
    private Path injected;

    @Test
    void aFolderIsDeletedWithItsContent() throws Exception {
        Path folder = TemporaryFolder.create("content");
        Files.writeString(Files.createDirectories(folder.resolve("a/b")).resolve("c"), "c");

        TemporaryFolder.delete(folder);

        assertThat(folder).doesNotExist();
    }

    @Test
    void junitInjectsAnEmptyFolder() {
        assertThat(injected).isEmptyDirectory();
    }

    @Test
    void freePortsDiffer() {
        assertThat(Stream.generate(FreePorts::next).limit(100)).doesNotHaveDuplicates();
    }
}
