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
 * The released schemas, {@code released/<subject>/<version>.avsc}, numbered from 1, each as registered (no references
 * to other files). A version is never edited, because records were written with it.
 */
public final class ReleasedSchemas {

    private static final String EXTENSION = ".avsc";

    private final Path directory;

    ReleasedSchemas(Path directory) {
        this.directory = directory;
    }

    /** The released schemas of this repository. */
    public static ReleasedSchemas ofThisRepository() {
        return new ReleasedSchemas(Path.of("released"));
    }

    /** The topics of the catalogue whose values have a schema. */
    static List<Topic<?>> topicsWithSchema() {
        return Topics.ALL.stream().filter(topic -> topic.valueType() != null).toList();
    }

    /** A schema's text as registered, formatted with line breaks. */
    static String text(Schema schema) {
        return schema.toString(true) + "\n";
    }

    /** The subjects with a released version. */
    List<String> subjects() {
        return names(directory);
    }

    /** The number of versions of a subject; they are numbered from 1. */
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

    /** The violations of a schema against every released version, one line each. */
    List<String> violations(String subject, Schema today) {
        List<String> lines = new ArrayList<>();
        for (int version = 1; version <= versions(subject); version++) {
            for (Violation violation : Evolution.violations(schema(subject, version), today)) {
                lines.add("%s, against version %d: %s".formatted(subject, version, violation));
            }
        }
        if (versions(subject) == 0) {
            ContractRules.violations(today).forEach(violation -> lines.add("%s: %s".formatted(subject, violation)));
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
