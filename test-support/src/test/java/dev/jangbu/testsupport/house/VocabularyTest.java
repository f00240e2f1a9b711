package dev.jangbu.testsupport.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds the project's vocabulary: no file uses a retired name, and none uses the diction that {@code docs/contributing.md}
 * excludes. The lists are in {@code retired-names.txt}.
 */
@Tag("gate")
class VocabularyTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String LISTS = "retired-names.txt";
    /** Names old settings beside the new ones. */
    private static final String CHANGELOG = "CHANGELOG.md";

    private static final Set<String> SKIPPED_FOLDERS = Set.of("target", ".git", ".jangbu", ".idea", "node_modules");
    /** A released schema is never edited. */
    private static final Path RELEASED = Path.of("schemas", "released");

    private static final Set<String> ENDINGS = Set.of(
            "java", "md", "sql", "yaml", "yml", "xml", "properties", "json", "avsc", "sh", "patch", "txt", "options");

    private static final Pattern DECLARATION =
            Pattern.compile("(?m)^(?!\\s*(?:\\*|//)).*\\b(?:class|record|interface|enum) ([A-Z]\\w*)");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");

    private static final Map<String, List<String>> RETIRED = retired();

    @Test
    void noTypeHasARetiredName() {
        Set<String> retired = Set.copyOf(RETIRED.get("types"));
        assertThat(violations(path -> path.toString().endsWith(".java"), text -> DECLARATION
                        .matcher(text)
                        .results()
                        .map(match -> match.group(1))
                        .filter(retired::contains)
                        .toList()))
                .as("types with a retired name")
                .isEmpty();
    }

    @Test
    void noPackageHasARetiredName() {
        List<String> retired = RETIRED.get("packages");
        assertThat(violations(path -> path.toString().endsWith(".java"), text -> PACKAGE.matcher(text)
                        .results()
                        .map(match -> match.group(1))
                        .filter(name ->
                                retired.stream().anyMatch(old -> name.equals(old) || name.startsWith(old + ".")))
                        .toList()))
                .as("packages with a retired name")
                .isEmpty();
    }

    @Test
    void noSettingStoreOrMetricHasARetiredName() {
        Pattern retired = RETIRED.get("settings, stores and metrics").stream()
                .map(Pattern::quote)
                .collect(Collectors.collectingAndThen(Collectors.joining("|"), Pattern::compile));
        assertThat(violations(path -> !path.endsWith(CHANGELOG), text -> matches(retired, text)))
                .as("settings, stores, metrics and file names that are retired")
                .isEmpty();
    }

    @Test
    void noTextUsesExcludedDiction() {
        Pattern excluded = RETIRED.get("diction").stream()
                .map(VocabularyTest::withEitherInitial)
                .collect(Collectors.collectingAndThen(
                        Collectors.joining("|"), words -> Pattern.compile("\\b(?:" + words + ")\\b")));
        assertThat(violations(path -> true, text -> matches(excluded, text)))
                .as("diction that the project does not use")
                .isEmpty();
    }

    /** Ignores the case of the first letter alone: {@code noBody} is an identifier. */
    private static String withEitherInitial(String word) {
        char initial = word.charAt(0);
        return "[" + initial + Character.toUpperCase(initial) + "]" + word.substring(1);
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).toList();
    }

    /** By file: what {@code find} finds in its text. */
    private static Map<Path, List<String>> violations(Predicate<Path> file, Function<String, List<String>> find) {
        Map<Path, List<String>> found = new TreeMap<>();
        for (Path each : files()) {
            if (file.test(each)) {
                List<String> inFile = find.apply(read(each));
                if (!inFile.isEmpty()) {
                    found.put(ROOT.relativize(each), inFile);
                }
            }
        }
        return found;
    }

    private static List<Path> files() {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return SKIPPED_FOLDERS.contains(folder.getFileName().toString())
                                    || ROOT.relativize(folder).equals(RELEASED)
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (isText(file.getFileName().toString())) {
                        files.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(files).as("files of the repository").hasSizeGreaterThan(500);
        return files;
    }

    private static boolean isText(String name) {
        return !name.equals(LISTS)
                && (ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1))
                        || Set.of("jangbu", "Dockerfile", "run", "make-env").contains(name));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sections of {@code retired-names.txt}: a heading in brackets, then one entry a line. */
    private static Map<String, List<String>> retired() {
        Map<String, List<String>> sections = new TreeMap<>();
        List<String> current = new ArrayList<>();
        try (var lines = VocabularyTest.class.getResourceAsStream(LISTS)) {
            for (String line : new String(lines.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("[")) {
                    current = new ArrayList<>();
                    sections.put(line.substring(1, line.length() - 1), current);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    current.add(line.strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sections;
    }
}
