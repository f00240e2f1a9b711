package dev.jangbu.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogLimitTest {

    @TempDir
    private Path folder;

    @Test
    void anOversizedLogIsCopiedAndTruncated() throws IOException {
        Path log = Files.writeString(folder.resolve("part.log"), "0123456789");

        LogLimit.truncateOversized(folder, 10);
        assertThat(log).hasContent("0123456789");

        LogLimit.truncateOversized(folder, 9);
        assertThat(log).isEmptyFile();
        assertThat(folder.resolve("part.log.1")).hasContent("0123456789");
    }
}
