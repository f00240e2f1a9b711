package dev.jangbu.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM is at is told to its log, and of its main thread to whoever asked. */
class ThreadDumpTest {

    @TempDir
    Path directory;

    @Test
    void tellsWhatThisProcessIsAt() throws Exception {
        Path log = Files.writeString(directory.resolve("part.log"), "it was here before\n");

        List<String> main = ThreadDump.add(ProcessHandle.current().pid(), log);

        assertThat(main.getFirst()).startsWith("\"main\" ");
        assertThat(main).anyMatch(line -> line.startsWith("\tat "));
        assertThat(log).content().startsWith("it was here before\n").contains(String.join("\n", main), "\"Finalizer\"");
        assertThat(directory).isDirectoryNotContaining("glob:threads-*");
    }

    @Test
    void saysNothingOfAProcessThatIsNoMore() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path log = Files.createFile(directory.resolve("part.log"));

        assertThat(ThreadDump.add(gone.pid(), log)).isEmpty();
    }
}
