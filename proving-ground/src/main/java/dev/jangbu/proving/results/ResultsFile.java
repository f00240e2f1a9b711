package dev.jangbu.proving.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The results of runs, one JSON line each, with which an interrupted command continues.
 *
 * @param type a record; its components are the fields
 */
public record ResultsFile<T extends Record>(Path file, Class<T> type) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
            .build();

    /** The first of the results that matches. */
    public Optional<T> find(Predicate<T> wanted) throws IOException {
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                try {
                    T result = JSON.readValue(line, type);
                    if (wanted.test(result)) {
                        return Optional.of(result);
                    }
                } catch (JsonProcessingException e) {
                    // An incomplete line of an interrupted run, which has no result.
                }
            }
        }
        return Optional.empty();
    }

    /** Appends a result. */
    public void add(T result) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        // Starts a new line if an interrupted run has left an incomplete one.
        String content = Files.exists(file) ? Files.readString(file) : "";
        boolean incomplete = !content.isEmpty() && !content.endsWith("\n");
        Files.writeString(
                file,
                (incomplete ? "\n" : "") + JSON.writeValueAsString(result) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** Replaces the content: the next command repeats all other runs. */
    public void retain(List<T> retained) throws IOException {
        Files.deleteIfExists(file);
        for (T result : retained) {
            add(result);
        }
    }
}
