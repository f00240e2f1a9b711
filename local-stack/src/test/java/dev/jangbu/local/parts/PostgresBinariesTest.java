package dev.jangbu.local.parts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesTest {

    @TempDir
    private Path cache;

    @Test
    void concurrentProcessesUnpackOneFolderAndLeaveNoTemporaryFiles() throws Exception {
        Callable<Path> unpacking = () -> PostgresBinaries.unpackInto(cache);
        try (var both = Executors.newFixedThreadPool(2)) {
            List<Future<Path>> unpacked = both.invokeAll(List.of(unpacking, unpacking));

            assertThat(unpacked.getFirst().get()).isEqualTo(unpacked.getLast().get());
            assertThat(unpacked.getFirst().get().resolve("bin/postgres")).isExecutable();
        }
        try (Stream<Path> folders = Files.list(cache)) {
            assertThat(folders).hasSize(1);
        }
    }
}
