package dev.jangbu.operator.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Installation#ofOneSource}, beside the {@code dev.json} of a stack that is down. */
class OneSourceTest {

    private static final String URI = "postgresql://jangbu_audit:secret@127.0.0.1:15432/jangbu_ledger";

    @TempDir
    private Path data;

    @BeforeEach
    void writeDescriptor() throws IOException {
        StackDescriptor descriptor = new StackDescriptor(
                "http://local/v1",
                "key",
                URI,
                URI,
                Map.of("jangbu_audit", URI),
                "127.0.0.1:1",
                "http://registry",
                "http://connect",
                "http://simulator",
                "secret");
        Files.writeString(data.resolve(StackDescriptor.FILE), descriptor.toJson());
    }

    @Test
    void withoutANamedServerAllComesFromTheLocalStackEvenIfItIsDown() {
        Installation installation = Installation.of(Map.of(), Map.of("JANGBU_API", "http://named/v1"), data)
                .ofOneSource();

        assertThat(installation.kafka()).isEqualTo("127.0.0.1:1");
        assertThat(installation.hasSimulator()).isTrue();
        assertThat(installation.hasPassword("jangbu_audit")).isTrue();
        assertThat(installation.hasPassword("jangbu_cdc")).isFalse();
        assertThat(installation.api()).isEqualTo("http://named/v1");
    }

    @Test
    void withANamedServerNothingComesFromTheLocalStack() {
        Map<String, String> named = Map.of("JANGBU_KAFKA", "kafka:9092", "JANGBU_CDC_PASSWORD", "c");
        Installation installation = Installation.of(Map.of(), named, data).ofOneSource();

        assertThat(installation.kafka()).isEqualTo("kafka:9092");
        assertThat(installation.hasSimulator()).isFalse();
        assertThat(installation.hasPassword("jangbu_audit")).isFalse();
        assertThat(installation.hasPassword("jangbu_cdc")).isTrue();
        assertThatThrownBy(installation::postgres)
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("--postgres or JANGBU_POSTGRES")
                .hasMessageContaining("does not combine")
                .hasMessageNotContaining("./jangbu up");
    }

    @Test
    void theVariablesOfAnInstallationAreRecognised() {
        assertThat(Installation.isVariable("JANGBU_KAFKA")).isTrue();
        assertThat(Installation.isVariable("JANGBU_AUDIT_PASSWORD")).isTrue();
        assertThat(Installation.isVariable("JANGBU_KAFKA_PORT")).isFalse();
        assertThat(Installation.isVariable("JAVA_HOME")).isFalse();
    }
}
