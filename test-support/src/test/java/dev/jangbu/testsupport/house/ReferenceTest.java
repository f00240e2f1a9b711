package dev.jangbu.testsupport.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/reference.md} names every environment variable and metric of the main code, and no other. Each service's own
 * test compares the defaults.
 */
@Tag("gate")
class ReferenceTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern VARIABLE = Pattern.compile("\\bJANGBU_[A-Z]+(?:_[A-Z]+)*\\b");
    private static final Pattern METER = Pattern.compile("\"(jangbu(?:\\.[a-z]+)+)\"");

    private static final Pattern TYPED = Pattern.compile("@DefaultValue(?:\\([^)]*\\))? \\w+(?:<[\\w, ]+>)? (\\w+)");

    /** Read by the image of PostgreSQL or set by compose alone: docs/docker-compose.md and .env.example name them. */
    private static final Set<String> OF_COMPOSE = Set.of(
            "JANGBU_POSTGRES_PASSWORD",
            "JANGBU_REGISTRY_PASSWORD",
            "JANGBU_CONNECTOR_CONFIG",
            "JANGBU_EDGE_ADDRESS",
            "JANGBU_KSQL_PORT",
            "JANGBU_UI_PORT");

    @Test
    void everyVariableIsInTheReference() {
        Set<String> read = new TreeSet<>();
        mainFiles().forEach(file -> VARIABLE.matcher(text(file)).results().forEach(match -> read.add(match.group())));
        read.removeAll(OF_COMPOSE);
        assertThat(documented()).containsAll(read);
    }

    @Test
    void everyVariableOfTheReferenceIsRead() {
        String code = mainFiles().map(ReferenceTest::text).collect(Collectors.joining("\n"));
        assertThat(documented())
                .allMatch(variable -> code.contains(variable) || isTyped(variable, code) || isPort(variable, code));
    }

    @Test
    void everyMetricIsInTheReference() {
        String reference = text(ROOT.resolve("docs/reference.md"));
        Set<String> meters = mainFiles()
                .map(ReferenceTest::text)
                .filter(text -> text.contains("io.micrometer"))
                .flatMap(text -> METER.matcher(text).results().map(match -> match.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(meters).hasSizeGreaterThan(15).allMatch(meter -> reference.contains(meter.replace('.', '_')));
    }

    private static Set<String> documented() {
        return VARIABLE.matcher(text(ROOT.resolve("docs/reference.md")))
                .results()
                .map(match -> match.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether the variable ends with the name of a component of a settings record, in upper case. */
    private static boolean isTyped(String variable, String code) {
        return TYPED.matcher(code)
                .results()
                .map(match ->
                        match.group(1).replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT))
                .anyMatch(component -> variable.endsWith("_" + component));
    }

    /** Whether the variable is made of the name of a part of the local stack. */
    private static boolean isPort(String variable, String code) {
        String part = variable.replaceAll("^JANGBU_|_PORT$", "")
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
        return variable.endsWith("_PORT") && code.contains('"' + part + '"');
    }

    private static Stream<Path> mainFiles() {
        Predicate<Path> isMain = file -> {
            String path = ROOT.relativize(file).toString();
            return !path.contains("target/")
                    && !path.startsWith(".")
                    && (path.contains("src/main/")
                            || path.startsWith("docker")
                            || path.startsWith("connect-config/")
                            || path.equals("jangbu"))
                    && !path.endsWith(".md");
        };
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(isMain).filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
