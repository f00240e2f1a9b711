package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.proving.results.ResultsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that an interrupted series of runs can be continued. */
class ResultsFileTest {

    @TempDir
    private Path folder;

    @Test
    void passedRunIsFound() throws IOException {
        ResultsFile<RunResult> results = new ResultsFile<>(folder.resolve("a/results.jsonl"), RunResult.class);
        assertThat(passed(results, 3, "10m")).isEmpty();

        results.add(result(3, "10m", 0));

        assertThat(passed(results, 3, "10m")).contains(result(3, "10m", 0));
        assertThat(passed(results, 3, "1m")).isEmpty();
        assertThat(passed(results, 4, "10m")).isEmpty();
    }

    @Test
    void failedRunIsNotReportedAsPassed() throws IOException {
        ResultsFile<RunResult> results = new ResultsFile<>(folder.resolve("results.jsonl"), RunResult.class);
        results.add(result(3, "10m", 1));
        results.add(result(4, "10m", 2));
        assertThat(passed(results, 3, "10m")).isEmpty();
        assertThat(passed(results, 4, "10m")).isEmpty();

        results.add(result(3, "10m", 0));
        assertThat(passed(results, 3, "10m")).isPresent();
    }

    @Test
    void incompleteLineOfAnInterruptedRunIsIgnored() throws IOException {
        Path file = folder.resolve("results.jsonl");
        ResultsFile<RunResult> results = new ResultsFile<>(file, RunResult.class);
        results.add(result(1, "10m", 0));
        Files.writeString(file, "{\"seed\":2,\"len", StandardOpenOption.APPEND);
        results.add(result(3, "10m", 0));

        assertThat(passed(results, 1, "10m")).isPresent();
        assertThat(passed(results, 2, "10m")).isEmpty();
        assertThat(passed(results, 3, "10m")).isPresent();
    }

    @Test
    void seedsAreNumbersAndRanges() {
        assertThat(Seeds.parse("1-4")).containsExactly(1L, 2L, 3L, 4L);
        assertThat(Seeds.parse("7, 9-10,-3")).containsExactly(7L, 9L, 10L, -3L);
        assertThatThrownBy(() -> Seeds.parse("1-")).hasMessageContaining("'1-' is not a seed");
        assertThatThrownBy(() -> Seeds.parse("4-1")).hasMessageContaining("must be ascending");
        assertThatThrownBy(() -> Seeds.parse("1-1000000")).hasMessageContaining("at most 10,000 seeds");
    }

    private static Optional<RunResult> passed(ResultsFile<RunResult> results, long seed, String length)
            throws IOException {
        return results.find(result -> result.isPassOf(seed, length));
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
