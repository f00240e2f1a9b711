package dev.jangbu.proving.bugs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The results of completed runs, one line each in a file, with which an interrupted command continues. */
final class CompletedRuns {

    private final Path file;
    private final long seed;
    private final List<DetectionResult> done = new ArrayList<>();

    /** @param seed results of other seeds are ignored */
    CompletedRuns(Path file, long seed) throws IOException {
        this.file = file;
        this.seed = seed;
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                done.add(DetectionResult.parse(line));
            }
        }
    }

    /** The result of a run, if it is completed. */
    Optional<DetectionResult> find(String bug, Scenario scenario) {
        return done.stream()
                .filter(result -> result.seed() == seed && result.bug().equals(bug) && result.scenario() == scenario)
                .findFirst();
    }

    void add(DetectionResult result) throws IOException {
        done.add(result);
        Files.createDirectories(
                Objects.requireNonNull(file.toAbsolutePath().getParent(), "an absolute file has a parent"));
        Files.writeString(file, result.toJson() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Replaces the file's content: the next command repeats all other runs. */
    void retain(List<DetectionResult> retained) throws IOException {
        Files.deleteIfExists(file);
        done.clear();
        for (DetectionResult result : retained) {
            add(result);
        }
    }
}
