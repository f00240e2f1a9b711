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

/** The results of all runs, one JSON line each; runs are added, none is ever changed. */
final class Results {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path file;

    Results(Path file) {
        this.file = file;
    }

    /** The run of that seed and length that passed, if there is one. */
    Optional<Result> passed(long seed, String length) throws IOException {
        return read().stream().filter(result -> result.settles(seed, length)).findFirst();
    }

    void add(Result result) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        // Begins a line of its own, should the last run have died in the midst of its own.
        String before = endsWithALine() ? "" : "\n";
        Files.writeString(
                file,
                before + JSON.writeValueAsString(result) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private boolean endsWithALine() throws IOException {
        return Files.notExists(file)
                || Files.readString(file).isEmpty()
                || Files.readString(file).endsWith("\n");
    }

    private List<Result> read() throws IOException {
        List<Result> results = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                try {
                    results.add(JSON.readValue(line, Result.class));
                } catch (JsonProcessingException e) {
                    // Half a line of a run that died: it did not pass.
                }
            }
        }
        return results;
    }
}
