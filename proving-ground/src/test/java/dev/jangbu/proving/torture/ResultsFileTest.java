package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that an interrupted series of runs can be continued. */
class ResultsFileTest {

    @TempDir
    private Path folder;

    @Test
    void passedRunIsFound() throws IOException {
        ResultsFile results = new ResultsFile(folder.resolve("a/results.jsonl"));
        assertThat(results.passed(3, "10m")).isEmpty();

        results.add(result(3, "10m", 0));

        assertThat(results.passed(3, "10m")).contains(result(3, "10m", 0));
        assertThat(results.passed(3, "1m")).isEmpty();
        assertThat(results.passed(4, "10m")).isEmpty();
    }

    @Test
    void failedRunIsNotReportedAsPassed() throws IOException {
        ResultsFile results = new ResultsFile(folder.resolve("results.jsonl"));
        results.add(result(3, "10m", 1));
        results.add(result(4, "10m", 2));
        assertThat(results.passed(3, "10m")).isEmpty();
        assertThat(results.passed(4, "10m")).isEmpty();

        results.add(result(3, "10m", 0));
        assertThat(results.passed(3, "10m")).isPresent();
    }

    @Test
    void incompleteLineOfAnInterruptedRunIsIgnored() throws IOException {
        Path file = folder.resolve("results.jsonl");
        ResultsFile results = new ResultsFile(file);
        results.add(result(1, "10m", 0));
        Files.writeString(file, "{\"seed\":2,\"len", StandardOpenOption.APPEND);
        results.add(result(3, "10m", 0));

        assertThat(results.passed(1, "10m")).isPresent();
        assertThat(results.passed(2, "10m")).isEmpty();
        assertThat(results.passed(3, "10m")).isPresent();
    }

    @Test
    void seedsAreNumbersAndRanges() {
        assertThat(Seeds.parse("1-4")).containsExactly(1L, 2L, 3L, 4L);
        assertThat(Seeds.parse("7, 9-10,-3")).containsExactly(7L, 9L, 10L, -3L);
        assertThatThrownBy(() -> Seeds.parse("1-")).hasMessageContaining("'1-' is not a seed");
        assertThatThrownBy(() -> Seeds.parse("4-1")).hasMessageContaining("must be ascending");
        assertThatThrownBy(() -> Seeds.parse("1-1000000")).hasMessageContaining("at most 10,000 seeds");
    }

    private static RunResult result(long seed, String length, int exitCode) {
        return new RunResult(
                seed,
                length,
                12,
                "2026-11-24T09:00:00Z",
                "kept",
                exitCode,
                List.of("a verdict"),
                0,
                Map.of("2xx", 7L),
                Map.of("kill -9 kafka", 1L),
                RunResult.Figures.NONE,
                600_000,
                "a.log",
                "a.html");
    }
}
