package dev.jangbu.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of settings in {@code docs/reference.md}, and the settings of a service's code to compare with them. */
public final class ReferencePage {

    private static final Path PAGE = Path.of("..", "docs", "reference.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z][A-Z_]+)` \\| ([^|]*?) ?\\|");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z_]+):([^}]*)}");
    private static final String DEFAULT_VALUE = "org.springframework.boot.context.properties.bind.DefaultValue";

    private ReferencePage() {}

    /**
     * The variables and defaults in the section of a service.
     *
     * @param service the heading below "Settings"
     * @throws IllegalArgumentException if the page has no such section
     */
    public static Map<String, String> settings(String service) {
        String page = read(PAGE);
        int start = page.indexOf("\n### " + service + "\n");
        if (start < 0) {
            throw new IllegalArgumentException("docs/reference.md has no section " + service);
        }
        Matcher end = Pattern.compile("(?m)^##").matcher(page);
        return rows(page.substring(start, end.find(start + 4) ? end.start() : page.length()));
    }

    /**
     * The properties and defaults of a settings record, by its {@code @DefaultValue}s. A component without one has a
     * blank default.
     *
     * @param prefix of the properties, for instance {@code jangbu}
     */
    public static Map<String, String> properties(String prefix, Class<?> settings) {
        Map<String, String> found = new TreeMap<>();
        RecordComponent[] components = settings.getRecordComponents();
        Parameter[] parameters = settings.getDeclaredConstructors()[0].getParameters();
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String name = prefix + "." + hyphenated(component.getName());
            if (component.getType().isRecord()) {
                found.putAll(properties(name, component.getType()));
            } else {
                found.put(name, defaultOf(parameters[i]));
            }
        }
        return found;
    }

    /** {@code jangbu.rate-limit.per-second} is {@code JANGBU_RATE_LIMIT_PER_SECOND}. */
    public static String variable(String property) {
        return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** The variables and defaults of the placeholders in {@code src/main/resources/application.yaml}. */
    public static Map<String, String> placeholders() {
        Map<String, String> found = new TreeMap<>();
        PLACEHOLDER
                .matcher(read(Path.of("src", "main", "resources", "application.yaml")))
                .results()
                .forEach(match -> found.put(match.group(1), match.group(2)));
        return found;
    }

    private static Map<String, String> rows(String section) {
        Map<String, String> found = new TreeMap<>();
        ROW.matcher(section)
                .results()
                .forEach(row -> found.put(row.group(1), row.group(2).strip()));
        return found;
    }

    private static String hyphenated(String component) {
        return component.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** Spring is on the class path of the services alone, so its annotation is read by reflection. */
    private static String defaultOf(Parameter component) {
        for (Annotation annotation : component.getAnnotations()) {
            if (annotation.annotationType().getName().equals(DEFAULT_VALUE)) {
                try {
                    return String.join(",", (String[])
                            annotation.annotationType().getMethod("value").invoke(annotation));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return "";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
