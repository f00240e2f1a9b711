package dev.jangbu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Runs a small benchmark: every competitor settles correctly, and an injected defect is detected. */
@Tag("proof")
class BenchProofIT {

    private static final Path HOME =
            Path.of(System.getProperty("jangbu.home", "..")).toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    @Test
    void everyCompetitorPassesTheCheck() throws IOException, InterruptedException {
        Run run = bench(InjectedDefect.NONE);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("set-based SQL").doesNotContain("REFUSED");
        assertThat(HOME.resolve("target/bench/settle.json")).content().contains("\"comparisons\"");
        assertThat(HOME.resolve("target/bench/settle.html")).isNotEmptyFile();
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = Mode.EXCLUDE)
    void roundWithAnInjectedDefectIsRejected(InjectedDefect defect) throws IOException, InterruptedException {
        Run run = bench(defect);

        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        assertThat(run.output())
                .contains("REFUSED settle uniform: atomic update, round 1")
                .doesNotContain("REFUSED settle uniform: jangbu");
    }

    private Run bench(InjectedDefect defect) throws IOException, InterruptedException {
        Path output = directory.resolve("bench.log");
        List<String> command = new ArrayList<>(List.of(HOME.resolve("jangbu").toString(), "bench", "settle"));
        command.addAll(List.of(
                "--anyway",
                "--rounds",
                "1",
                "--seconds",
                "0.3",
                "--most",
                "500",
                "--loads",
                "uniform",
                "--inject",
                defect.name()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(15, TimeUnit.MINUTES)).as("ends in time").isTrue();
        } finally {
            process.destroy();
        }
        return new Run(process.exitValue(), Files.readString(output));
    }

    private record Run(int exitCode, String output) {}
}
