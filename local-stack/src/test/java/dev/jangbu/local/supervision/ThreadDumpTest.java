package dev.jangbu.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadDumpTest {

    @TempDir
    Path directory;

    @Test
    void appendsTheDumpToTheLogAndReturnsTheMainThread() throws Exception {
        Path log = Files.writeString(directory.resolve("part.log"), "earlier output\n");

        List<String> main = ThreadDump.appendTo(log, ProcessHandle.current().pid());

        assertThat(main.getFirst()).startsWith("\"main\" ");
        assertThat(main).anyMatch(line -> line.startsWith("\tat "));
        assertThat(log).content().startsWith("earlier output\n").contains(String.join("\n", main), "\"Finalizer\"");
        assertThat(directory).isDirectoryNotContaining("glob:threads-*");
    }

    @Test
    void aDumpOfAnEndedProcessIsEmpty() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Path log = Files.createFile(directory.resolve("part.log"));

        assertThat(ThreadDump.appendTo(log, ended.pid())).isEmpty();
    }
}
