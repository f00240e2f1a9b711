package dev.jangbu.proving.bugs;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A known bug to plant. It consists of one or two files of the same name:
 *
 * <ul>
 *   <li>{@code .patch}: a unified diff against the services' sources,
 *   <li>{@code .sql}: statements that the owner of the databases executes.
 * </ul>
 *
 * <p>A description precedes the diff or the statements, as lines of {@code Field: text}; in {@code .sql} they begin
 * with {@code --}. A line that begins with a space continues the text.
 *
 * <pre>
 *   Bug: the mistake
 *   Harm: its effect on a marketplace
 *   Scenario: load | republished | transaction-aborted | postgres-killed
 *   Caught: the detectors that must report it, separated by commas
 *   Database: payments | ledger, of statements
 *   When: before | after the load, of statements
 * </pre>
 *
 * @param caughtBy the detectors that must report it; others may
 */
record PlantedBug(
        String name,
        String bug,
        String harm,
        Scenario scenario,
        Set<Detector> caughtBy,
        @Nullable String patch,
        @Nullable Sql sql) {

    /** SQL statements, their database, and whether they are executed after the load instead of before it. */
    record Sql(String statements, boolean onLedger, boolean afterTheLoad) {}

    private static final String PATCH = ".patch";
    private static final String SQL = ".sql";
    private static final String DIFF_START = "--- a/";

    /**
     * All bugs of a folder, sorted by name.
     *
     * @throws IOException if a file cannot be read or its description is incomplete
     */
    static List<PlantedBug> in(Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*{" + PATCH + "," + SQL + "}")) {
            files.forEach(file -> names.add(file.getFileName().toString().replaceFirst("\\.[a-z]+$", "")));
        }
        List<PlantedBug> bugs = new ArrayList<>();
        for (String name : names) {
            bugs.add(read(folder, name));
        }
        return bugs;
    }

    private static PlantedBug read(Path folder, String name) throws IOException {
        Properties fields = new Properties();
        String patch = null;
        Path patchFile = folder.resolve(name + PATCH);
        if (Files.exists(patchFile)) {
            String text = Files.readString(patchFile);
            int begin = text.startsWith(DIFF_START) ? 0 : text.indexOf("\n" + DIFF_START) + 1;
            describe(text.substring(0, begin), fields);
            patch = text.substring(begin);
        }
        Sql sql = null;
        Path sqlFile = folder.resolve(name + SQL);
        if (Files.exists(sqlFile)) {
            String text = Files.readString(sqlFile);
            describe(
                    text.lines()
                            .takeWhile(line -> line.startsWith("--"))
                            .map(line -> line.replaceFirst("-- ?", ""))
                            .collect(Collectors.joining("\n")),
                    fields);
            sql = new Sql(
                    text,
                    required(name, fields, "Database").equals("ledger"),
                    fields.getProperty("When", "before").startsWith("after"));
        }
        return new PlantedBug(
                name,
                required(name, fields, "Bug"),
                required(name, fields, "Harm"),
                constant(name, Scenario.class, required(name, fields, "Scenario")),
                Stream.of(required(name, fields, "Caught").split(", *", -1))
                        .map(detector -> constant(name, Detector.class, detector))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Detector.class))),
                patch,
                sql);
    }

    private static void describe(String text, Properties fields) throws IOException {
        fields.load(new StringReader(text.replaceAll("\n +", " ")));
    }

    private static String required(String name, Properties fields, String field) throws IOException {
        String text = fields.getProperty(field);
        if (text == null) {
            throw new IOException("The planted bug " + name + " has no field '" + field + ":'");
        }
        return text;
    }

    /** The enum constant of a hyphenated name, for instance TRANSACTION_ABORTED of {@code transaction-aborted}. */
    private static <T extends Enum<T>> T constant(String name, Class<T> type, String text) {
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The planted bug " + name + " has '" + text + "', which is no " + type.getSimpleName(), e);
        }
    }
}
