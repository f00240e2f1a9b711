package dev.jangbu.api.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** SQL statements with named parameters. Each stands whole in its file or text block. */
public final class Sql {

    /** Ends a line that belongs to the statement only if the parameter is given. */
    private static final Pattern OPTIONAL = Pattern.compile("-- if :(\\w+)$");

    private Sql() {}

    /** Reads a statement from the resource beside a class. */
    public static String read(Class<?> beside, String name) {
        try (InputStream file = Objects.requireNonNull(beside.getResourceAsStream(name), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Removes the lines that end in {@code -- if :name} with a parameter that is not given, so that each combination of
     * filters gets its own plan.
     */
    static String with(String statement, Set<String> given) {
        return statement
                .lines()
                .filter(line ->
                        OPTIONAL.matcher(line).results().allMatch(optional -> given.contains(optional.group(1))))
                .collect(Collectors.joining("\n"));
    }
}
