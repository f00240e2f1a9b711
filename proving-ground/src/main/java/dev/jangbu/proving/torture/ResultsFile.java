package dev.jangbu.proving.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The results of all runs, one JSON line each; append-only. */
final class ResultsFile {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path file;

    ResultsFile(Path file) {
        this.file = file;
    }

    /** The passed run of this seed and length, if there is one. */
    Optional<RunResult> passed(long seed, String length) throws IOException {
        return read().stream().filter(result -> result.isPassOf(seed, length)).findFirst();
    }

    void add(RunResult result) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        // Starts a new line if an interrupted run has left an incomplete one.
        String separator = endsWithALine() ? "" : "\n";
        Files.writeString(
                file,
                separator + JSON.writeValueAsString(result) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private boolean endsWithALine() throws IOException {
        return Files.notExists(file)
                || Files.readString(file).isEmpty()
                || Files.readString(file).endsWith("\n");
    }

    private List<RunResult> read() throws IOException {
        List<RunResult> results = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                try {
                    results.add(JSON.readValue(line, RunResult.class));
                } catch (JsonProcessingException e) {
                    // An incomplete line of an interrupted run, which did not pass.
                }
            }
        }
        return results;
    }
}
