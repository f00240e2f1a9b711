package dev.jangbu.api.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.testsupport.ReferencePage;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** {@code docs/reference.md} lists every setting of the service with its default, and nothing else. */
class ReferenceTest {

    private static final Map<String, String> PROPERTIES = ReferencePage.properties("jangbu", PaymentApiSettings.class);

    @Test
    void theReferenceListsEverySettingWithItsDefault() {
        Map<String, String> expected = new TreeMap<>(ReferencePage.placeholders());
        PROPERTIES.forEach((property, value) -> expected.put(ReferencePage.variable(property), value));
        expected.put("SERVER_ADDRESS", "127.0.0.1");
        expected.put("SERVER_PORT", "8080");
        expected.put("MANAGEMENT_SERVER_ADDRESS", "127.0.0.1");

        assertThat(ReferencePage.settings("payment-api")).isEqualTo(expected);
    }

    @Test
    void everyDocumentedVariableSetsItsProperty() {
        assertThat(PROPERTIES.keySet()).isNotEmpty().allSatisfy(property -> {
            ConfigurationPropertySource environment =
                    ConfigurationPropertySource.from(new SystemEnvironmentPropertySource(
                            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                            Map.of(ReferencePage.variable(property), "set")));

            assertThat(environment.getConfigurationProperty(ConfigurationPropertyName.of(property)))
                    .as(property)
                    .isNotNull();
        });
    }
}
