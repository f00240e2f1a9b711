package dev.jangbu.api.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code openapi.yaml} against the rules of {@code redocly.yaml}. The linter runs on Node. npx downloads it once, to
 * npm's cache.
 *
 * <p>Without Node or the download the test is skipped; it fails if {@code JANGBU_OPENAPI_LINT=required}.
 */
@Tag("gate")
class OpenApiLintTest {

    private static final String LINTER = "@redocly/cli@2.77.0";
    private static final long LIMIT_SECONDS = 60;

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "REDOCLY_TELEMETRY", "off",
            "REDOCLY_SUPPRESS_UPDATE_NOTICE", "true",
            "NO_COLOR", "1",
            "npm_config_update_notifier", "false",
            // An unreachable registry is reported within seconds.
            "npm_config_fetch_retries", "0",
            "npm_config_fetch_timeout", "15000");

    @TempDir
    private Path folder;

    private record Run(boolean succeeded, String output) {}

    @Test
    void theDocumentObeysTheLinter() throws IOException, InterruptedException {
        Run start = npx("--version");
        if (!start.succeeded()) {
            String reason = "openapi.yaml is not linted: " + LINTER + " can't be run by npx: " + start.output();
            assertThat(System.getenv("JANGBU_OPENAPI_LINT")).as(reason).isNotEqualTo("required");
            System.err.println(reason);
            abort(reason);
        }

        Run lint = npx("lint", "--config", "redocly.yaml", "src/main/resources/openapi.yaml");

        assertThat(lint.succeeded()).as(lint.output()).isTrue();
    }

    /** Runs the linter in the module's folder. */
    private Run npx(String... arguments) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of("npx", "--yes", "--prefer-offline", LINTER));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(ENVIRONMENT);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Run(false, "there is no npx (" + e.getMessage() + ")");
        }
        try {
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            return new Run(ended && process.exitValue() == 0, Files.readString(output));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
