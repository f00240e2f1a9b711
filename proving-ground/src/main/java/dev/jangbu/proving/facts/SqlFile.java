package dev.jangbu.proving.facts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** A file of SQL statements beside a class. A statement ends with a semicolon and an empty line. */
public record SqlFile(String text) {

    public static SqlFile read(Class<?> owner, String name) {
        try (InputStream in = Objects.requireNonNull(owner.getResourceAsStream(name), name)) {
            return new SqlFile(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first paragraph of comments. */
    public String title() {
        return text.lines()
                .takeWhile(line -> line.startsWith("-- "))
                .map(line -> line.substring(3))
                .collect(Collectors.joining(" "));
    }

    /** The statements without their comments. */
    public List<String> statements() {
        String code =
                text.lines().filter(line -> !line.strip().startsWith("--")).collect(Collectors.joining("\n"));
        return Arrays.stream(code.split(";\\s*(\\n\\n|$)", -1))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }
}
