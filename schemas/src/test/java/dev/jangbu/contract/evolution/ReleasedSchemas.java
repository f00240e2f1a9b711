package dev.jangbu.contract.evolution;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * The schemas as released: {@code released/<subject>/<version>.avsc}, counted from 1, each as the registry gets it (nothing
 * refers to another file). A version is never edited: somewhere there are records that were written with it.
 */
public final class ReleasedSchemas {

    private static final String EXTENSION = ".avsc";

    private final Path directory;

    ReleasedSchemas(Path directory) {
        this.directory = directory;
    }

    /** Those of this repository. */
    public static ReleasedSchemas ofThisRepository() {
        return new ReleasedSchemas(Path.of("released"));
    }

    /** The topics of the catalogue whose values have a schema. */
    static List<Topic<?>> topicsWithSchema() {
        return Topics.ALL.stream().filter(topic -> topic.valueType() != null).toList();
    }

    /** A schema as text, as the registry gets it but for the line breaks. */
    static String text(Schema schema) {
        return schema.toString(true) + "\n";
    }

    /** The subjects that have a version. */
    List<String> subjects() {
        return names(directory);
    }

    /** How many versions a subject has; they are numbered from 1. */
    int versions(String subject) {
        return names(directory.resolve(subject)).size();
    }

    /**
     * A released version.
     *
     * @throws UncheckedIOException if there is no such version
     */
    Schema schema(String subject, int version) {
        return new Schema.Parser().parse(text(subject, version));
    }

    /**
     * The newest released version.
     *
     * @throws UncheckedIOException if the subject has none
     */
    public Schema newest(String subject) {
        return schema(subject, versions(subject));
    }

    /** The text of a released version. */
    String text(String subject, int version) {
        try {
            return Files.readString(file(subject, version));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What of a schema breaks the contract, against every released version; one line for each breach. */
    List<String> breaches(String subject, Schema today) {
        List<String> lines = new ArrayList<>();
        for (int version = 1; version <= versions(subject); version++) {
            for (Breach breach : Evolution.breaches(schema(subject, version), today)) {
                lines.add("%s, against version %d: %s".formatted(subject, version, breach));
            }
        }
        if (versions(subject) == 0) {
            ContractRules.breaches(today).forEach(breach -> lines.add("%s: %s".formatted(subject, breach)));
        }
        return lines;
    }

    /** Writes a schema as the subject's next version, and returns the file. */
    Path release(String subject, Schema schema) {
        Path file = file(subject, versions(subject) + 1);
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text(schema));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String subject, int version) {
        return directory.resolve(subject).resolve(version + EXTENSION);
    }

    private static List<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .sorted(Comparator.naturalOrder())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
