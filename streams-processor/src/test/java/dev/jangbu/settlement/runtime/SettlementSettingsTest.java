package dev.jangbu.settlement.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class SettlementSettingsTest {

    @Test
    void everySettingHasItsDefault() {
        assertThat(bind(Map.of()))
                .isEqualTo(new SettlementSettings(
                        "127.0.0.1:9092",
                        URI.create("http://127.0.0.1:8084"),
                        Path.of(".jangbu/streams"),
                        "127.0.0.1:8081",
                        "jangbu-settlement",
                        1,
                        1,
                        0,
                        Duration.ofSeconds(6),
                        Duration.ofSeconds(10)));
    }

    @Test
    void everySettingIsReadFromTheEnvironment() {
        assertThat(bind(Map.of(
                        "JANGBU_KAFKA", "kafka:19092",
                        "JANGBU_REGISTRY", "http://registry:8080",
                        "JANGBU_STATE_DIR", "/state",
                        "JANGBU_APPLICATION_SERVER", "streams:8081",
                        "JANGBU_APPLICATION_ID", "second",
                        "JANGBU_REPLICATION_FACTOR", "3",
                        "JANGBU_STREAM_THREADS", "2",
                        "JANGBU_STANDBY_REPLICAS", "1",
                        "JANGBU_SESSION_TIMEOUT", "7s",
                        "JANGBU_TRANSACTION_TIMEOUT", "1500ms")))
                .isEqualTo(new SettlementSettings(
                        "kafka:19092",
                        URI.create("http://registry:8080"),
                        Path.of("/state"),
                        "streams:8081",
                        "second",
                        3,
                        2,
                        1,
                        Duration.ofSeconds(7),
                        Duration.ofMillis(1_500)));
    }

    private static SettlementSettings bind(Map<String, Object> environment) {
        MutablePropertySources sources = new MutablePropertySources();
        sources.addFirst(new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
        return new Binder(ConfigurationPropertySources.from(sources)).bindOrCreate("jangbu", SettlementSettings.class);
    }
}
