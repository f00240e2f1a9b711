package dev.jangbu.proving.bugs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Trials that are done, a line each, so that a run that was interrupted goes on where it was. */
final class Results {

    private final Path file;
    private final long seed;
    private final List<Caught> done = new ArrayList<>();

    /** @param seed results of another seed don't count */
    Results(Path file, long seed) throws IOException {
        this.file = file;
        this.seed = seed;
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                done.add(Caught.parse(line));
            }
        }
    }

    /** What came of a trial, if it was done. */
    Optional<Caught> of(String bug, Scenario scenario) {
        return done.stream()
                .filter(caught -> caught.seed() == seed && caught.bug().equals(bug) && caught.scenario() == scenario)
                .findFirst();
    }

    void add(Caught caught) throws IOException {
        done.add(caught);
        Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a directory"));
        Files.writeString(file, caught.toJson() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Keeps these alone: the next run tries the others again. */
    void keep(List<Caught> kept) throws IOException {
        Files.deleteIfExists(file);
        done.clear();
        for (Caught caught : kept) {
            add(caught);
        }
    }
}
