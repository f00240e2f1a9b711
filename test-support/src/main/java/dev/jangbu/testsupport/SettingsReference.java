package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The test of a service that {@code docs/reference.md} lists every setting with its default, and nothing else. The
 * service's module provides Spring Boot.
 */
public abstract class SettingsReference {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z][A-Z_]+)` \\| ([^|]*?) *\\|");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z_]+):([^}]*)}");

    private final String service;
    private final Map<String, String> properties;
    private final Map<String, String> serverSettings;

    /**
     * @param service the heading of its section
     * @param settings the record that is bound to the properties {@code jangbu.*}
     * @param serverSettings variables of the server, with their defaults
     */
    protected SettingsReference(String service, Class<?> settings, Map<String, String> serverSettings) {
        this.service = service;
        this.properties = properties("jangbu", settings);
        this.serverSettings = serverSettings;
    }

    @Test
    void theReferenceListsEverySettingWithItsDefault() {
        Map<String, String> expected =
                pairs(PLACEHOLDER, read(Path.of("src", "main", "resources", "application.yaml")));
        properties.forEach((property, value) -> expected.put(variable(property), value));
        expected.putAll(serverSettings);

        assertThat(pairs(ROW, section())).isEqualTo(expected);
    }

    @Test
    void everyDocumentedVariableSetsItsProperty() {
        assertThat(properties.keySet()).isNotEmpty().allSatisfy(property -> {
            PropertySource<?> variables = new SystemEnvironmentPropertySource(
                    StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of(variable(property), "set"));
            ConfigurationPropertySource environment =
                    Objects.requireNonNull(ConfigurationPropertySource.from(variables));

            assertThat(environment.getConfigurationProperty(ConfigurationPropertyName.of(property)))
                    .as(property)
                    .isNotNull();
        });
    }

    /** The properties and defaults of a settings record. A component without {@code @DefaultValue} has a blank one. */
    private static Map<String, String> properties(String prefix, Class<?> settings) {
        Map<String, String> found = new TreeMap<>();
        RecordComponent[] components = settings.getRecordComponents();
        Parameter[] parameters = settings.getDeclaredConstructors()[0].getParameters();
        for (int i = 0; i < components.length; i++) {
            String component = components[i].getName().replaceAll("([a-z])([A-Z])", "$1-$2");
            String name = prefix + "." + component.toLowerCase(Locale.ROOT);
            DefaultValue value = parameters[i].getAnnotation(DefaultValue.class);
            if (components[i].getType().isRecord()) {
                found.putAll(properties(name, components[i].getType()));
            } else {
                found.put(name, value == null ? "" : String.join(",", value.value()));
            }
        }
        return found;
    }

    /** {@code jangbu.rate-limit.per-second} is {@code JANGBU_RATE_LIMIT_PER_SECOND}. */
    private static String variable(String property) {
        return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private String section() {
        String page = read(Path.of("..", "docs", "reference.md"));
        Matcher section =
                Pattern.compile("(?ms)^### " + service + "$(.*?)(^##|\\z)").matcher(page);
        assertThat(section.find())
                .as("docs/reference.md has a section " + service)
                .isTrue();
        return section.group(1);
    }

    private static Map<String, String> pairs(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .collect(Collectors.toMap(
                        pair -> pair.group(1), pair -> pair.group(2), (first, last) -> last, TreeMap::new));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
