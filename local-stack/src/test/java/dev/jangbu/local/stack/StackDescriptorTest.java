package dev.jangbu.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.StackDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dev.json}, which scripts read. */
final class StackDescriptorTest {

    @TempDir
    private Path folder;

    private DataDirectory data;
    private Stack stack;

    @BeforeEach
    void createStack() {
        data = new DataDirectory(folder);
        stack = new Stack(
                folder,
                data,
                Ports.from(Map.of("JANGBU_PAYMENT_API_PORT", "18080")),
                Secrets.loadOrCreate(data.secrets()));
    }

    @Test
    void theFileHasTheFieldsThatScriptsRead() throws IOException {
        JsonNode json = new ObjectMapper().readTree(stack.descriptor().toJson());

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "api",
                        "apiKey",
                        "payments",
                        "ledger",
                        "roles",
                        "kafka",
                        "registry",
                        "connect",
                        "simulator",
                        "pspSecret");
        assertThat(json.get("api").asText()).isEqualTo("http://127.0.0.1:18080/v1");
        assertThat(json.get("ledger").asText())
                .isEqualTo("postgresql://jangbu_audit:%s@127.0.0.1:15432/jangbu_ledger"
                        .formatted(stack.secrets().password("jangbu_audit")));
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
        assertThat(json.at("/roles/jangbu_ledger").asText()).endsWith("/jangbu_ledger");
        assertThat(json.at("/roles/jangbu_cdc").asText()).endsWith("/jangbu_payment");
        assertThat(json.get("kafka").asText()).isEqualTo("127.0.0.1:9092");
        assertThat(json.get("registry").asText()).isEqualTo("http://127.0.0.1:8084");
    }

    @Test
    void onlyTheOwnerCanReadTheFileAndTheSecrets() throws IOException {
        PrivateFile.write(data.descriptor(), stack.descriptor().toJson());

        for (Path file : new Path[] {data.descriptor(), data.secrets()}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theOperatorsCommandsFindEveryPartAndRoleInTheFile() throws IOException {
        PrivateFile.write(data.descriptor(), stack.descriptor().toJson());

        Installation installation = Installation.ofLocalStack(folder);

        assertThat(folder.resolve(StackDescriptor.FILE)).isEqualTo(data.descriptor());
        assertThat(installation.api()).isEqualTo("http://127.0.0.1:18080/v1");
        assertThat(installation.apiKey()).isEqualTo(stack.secrets().apiKey());
        assertThat(installation.kafka()).isEqualTo("127.0.0.1:9092");
        assertThat(installation.postgres()).isEqualTo("127.0.0.1:15432");
        assertThat(installation.connect()).isEqualTo("http://127.0.0.1:8083");
        for (String role : Secrets.ROLES) {
            if (!role.equals("jangbu_registry")) {
                assertThat(installation.password(role))
                        .isEqualTo(stack.secrets().password(role));
            }
        }
    }

    @Test
    void secretsAreCreatedOnceAndNeverShown() {
        Secrets first = stack.secrets();

        assertThat(Secrets.loadOrCreate(data.secrets()).byName()).isEqualTo(first.byName());
        assertThat(first.password("jangbu_owner")).isNotEqualTo(first.password("jangbu_audit"));
        assertThat(first.toString()).doesNotContain(first.apiKey());
        assertThat(stack.descriptor().toString()).doesNotContain(first.apiKey());
    }
}
