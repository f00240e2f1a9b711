package dev.jangbu.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DevJsonTest {

    @TempDir
    private Path folder;

    @Test
    void holds_what_scripts_need_in_the_shapes_that_they_expect() throws IOException {
        DataDirectory data = new DataDirectory(folder);
        Secrets secrets = Secrets.in(data.secrets());

        DevJson.of(Ports.from(Map.of("JANGBU_PAYMENT_API_PORT", "18080")), secrets)
                .write(data);

        JsonNode json = new ObjectMapper().readTree(data.devJson().toFile());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "api", "apiKey", "payments", "ledger", "roles", "kafka", "registry", "connect", "simulator");
        assertThat(json.get("api").asText()).isEqualTo("http://127.0.0.1:18080/v1");
        assertThat(json.get("ledger").asText())
                .isEqualTo("postgresql://jangbu_audit:%s@127.0.0.1:15432/jangbu_ledger"
                        .formatted(secrets.password("jangbu_audit")));
        assertThat(json.get("roles").fieldNames())
                .toIterable()
                .containsExactly(
                        "jangbu_owner",
                        "jangbu_payment",
                        "jangbu_ledger",
                        "jangbu_cdc",
                        "jangbu_maintenance",
                        "jangbu_audit",
                        "postgres");
        assertThat(json.get("kafka").asText()).isEqualTo("127.0.0.1:9092");
        assertThat(json.get("registry").asText()).isEqualTo("http://127.0.0.1:8084");
    }

    @Test
    void only_its_owner_may_read_it_and_the_secrets() throws IOException {
        DataDirectory data = new DataDirectory(folder);
        DevJson.of(Ports.from(Map.of()), Secrets.in(data.secrets())).write(data);

        for (Path file : new Path[] {data.devJson(), data.secrets()}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void is_read_as_it_was_written_while_the_stack_runs() throws IOException {
        DataDirectory data = new DataDirectory(folder);
        try (ServerSocket kafka = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            DevJson written = DevJson.of(
                    Ports.from(Map.of("JANGBU_KAFKA_PORT", Integer.toString(kafka.getLocalPort()))),
                    Secrets.in(data.secrets()));
            written.write(data);

            assertThat(DevJson.of(data)).isEqualTo(written);
        }
    }

    @Test
    void a_command_says_clearly_that_no_stack_runs() {
        assertThatThrownBy(() -> DevJson.of(new DataDirectory(folder)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("./jangbu up");
    }

    @Test
    void secrets_are_made_once_and_never_shown() {
        DataDirectory data = new DataDirectory(folder);
        Secrets first = Secrets.in(data.secrets());

        assertThat(Secrets.in(data.secrets()).byName()).isEqualTo(first.byName());
        assertThat(first.password("jangbu_owner")).isNotEqualTo(first.password("jangbu_audit"));
        assertThat(first.toString()).doesNotContain(first.apiKey());
        assertThat(DevJson.of(Ports.from(Map.of()), first).toString()).doesNotContain(first.apiKey());
    }
}
