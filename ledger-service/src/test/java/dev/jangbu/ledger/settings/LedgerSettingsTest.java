package dev.jangbu.ledger.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;

/** The settings as the service binds them from its environment variables and application.yaml. */
final class LedgerSettingsTest {

    @Test
    void theInstanceIsNamedAfterTheHostAndNotAfterAShellVariable() throws IOException {
        String host = InetAddress.getLocalHost().getHostName();

        assertThat(settings(Map.of()).instanceName(8082)).isEqualTo(host + "-8082");
        assertThat(settings(Map.of("HOSTNAME", "another")).instanceName(8082)).isEqualTo(host + "-8082");
        assertThat(settings(Map.of("JANGBU_INSTANCE", "")).instanceName(8083)).isEqualTo(host + "-8083");
    }

    @Test
    void environmentVariablesOverrideEveryDefault() throws IOException {
        LedgerSettings settings = settings(Map.of(
                "JANGBU_KAFKA", "kafka:1",
                "JANGBU_REGISTRY", "http://registry",
                "JANGBU_POSTGRES", "postgres:2",
                "JANGBU_OWNER_PASSWORD", "owner",
                "JANGBU_LEDGER_PASSWORD", "ledger",
                "JANGBU_INSTANCE", "ledger-1",
                "JANGBU_MAX_BATCH_ENTRIES", "7",
                "JANGBU_WRITER_THREADS", "8",
                "JANGBU_SETTLEMENT_APPLICATION_ID", "settlement"));

        assertThat(settings)
                .isEqualTo(new LedgerSettings(
                        "kafka:1",
                        URI.create("http://registry"),
                        "postgres:2",
                        "owner",
                        "ledger",
                        "ledger-1",
                        7,
                        8,
                        "settlement"));
        assertThat(settings.instanceName(8082)).isEqualTo("ledger-1");
        assertThat(settings.toString()).doesNotContain("owner").doesNotContain("password");
    }

    @Test
    void defaultsAreThoseOfAnInstallationOnOneMachine() throws IOException {
        assertThat(settings(Map.of()))
                .isEqualTo(new LedgerSettings(
                        "127.0.0.1:9092",
                        URI.create("http://127.0.0.1:8084"),
                        "127.0.0.1:15432",
                        "",
                        "",
                        "",
                        4_000,
                        4,
                        "jangbu-settlement"));
    }

    private static LedgerSettings settings(Map<String, Object> variables) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        MutablePropertySources sources = environment.getPropertySources();
        String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        sources.replace(name, new SystemEnvironmentPropertySource(name, variables));
        new YamlPropertySourceLoader()
                .load("application", new ClassPathResource("application.yaml"))
                .forEach(sources::addLast);
        return Binder.get(environment).bindOrCreate("jangbu", LedgerSettings.class);
    }
}
