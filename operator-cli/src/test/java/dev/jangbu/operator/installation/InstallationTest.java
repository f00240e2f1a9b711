package dev.jangbu.operator.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.testsupport.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {

    private static final String SECRET = "5ec4e7";

    @TempDir
    private Path data;

    @Test
    void aFlagOverridesAVariableAndAVariableOverridesTheLocalStack() throws IOException {
        try (ServerSocket kafka = listen()) {
            StackDescriptor local = writeDescriptor(kafka.getLocalPort());
            Map<String, String> variables =
                    Map.of("JANGBU_REGISTRY", "http://variable", "JANGBU_CONNECT", "http://variable");

            Installation installation = Installation.of(Map.of("--connect", "http://flag"), variables, data);

            assertThat(installation.connect()).isEqualTo("http://flag");
            assertThat(installation.registry()).isEqualTo("http://variable");
            assertThat(installation.kafka()).isEqualTo(local.kafka());
            assertThat(installation.postgres()).isEqualTo("127.0.0.1:15432");
            assertThat(installation.api()).isEqualTo(local.api());
            assertThat(installation.apiKey()).isEqualTo(local.apiKey());
            assertThat(installation.simulator()).isEqualTo(local.simulator());
            assertThat(installation.password("jangbu_audit")).isEqualTo(SECRET);
        }
    }

    @Test
    void theEnvironmentAloneIsEnough() {
        Installation installation = Installation.of(
                Map.of(),
                Map.of(
                        "JANGBU_KAFKA", "kafka:19092",
                        "JANGBU_REGISTRY", "http://registry:8080",
                        "JANGBU_POSTGRES", "postgres:5432",
                        "JANGBU_AUDIT_PASSWORD", "a",
                        "JANGBU_POSTGRES_PASSWORD", "p",
                        "JANGBU_API_KEY", "k",
                        "JANGBU_SIMULATOR", "http://psp-simulator:8090",
                        "JANGBU_API", "http://payment-api:8080/v1"),
                data);

        assertThat(installation.kafka()).isEqualTo("kafka:19092");
        assertThat(installation.registry()).isEqualTo("http://registry:8080");
        assertThat(installation.postgres()).isEqualTo("postgres:5432");
        assertThat(installation.password("jangbu_audit")).isEqualTo("a");
        assertThat(installation.password("postgres")).isEqualTo("p");
        assertThat(installation.apiKey()).isEqualTo("k");
        assertThat(installation.simulator()).isEqualTo("http://psp-simulator:8090");
        assertThat(installation.api()).isEqualTo("http://payment-api:8080/v1");
    }

    @Test
    void aMissingSettingIsReportedWithItsFlagItsVariableAndTheLocalStack() {
        Map<String, Function<Installation, String>> settings = new HashMap<>();
        settings.put("--kafka or JANGBU_KAFKA", Installation::kafka);
        settings.put("--registry or JANGBU_REGISTRY", Installation::registry);
        settings.put("--postgres or JANGBU_POSTGRES", Installation::postgres);
        settings.put("--connect or JANGBU_CONNECT", Installation::connect);
        settings.put("--api or JANGBU_API", Installation::api);
        settings.put("set JANGBU_API_KEY", Installation::apiKey);
        settings.put("set JANGBU_SIMULATOR", Installation::simulator);
        settings.put("set JANGBU_PSP_URL", Installation::psp);
        settings.put("set JANGBU_PSP_SECRET", Installation::pspSecret);
        settings.put("set JANGBU_MAINTENANCE_PASSWORD", installation -> installation.password("jangbu_maintenance"));
        // A blank value counts as missing.
        Installation installation = Installation.of(Map.of(), Map.of("JANGBU_KAFKA", " "), data);

        settings.forEach((names, setting) -> assertThatThrownBy(() -> setting.apply(installation))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(names)
                .hasMessageContaining("No stack is ready on " + data)
                .hasMessageContaining("./jangbu up")
                .hasMessageContaining("--data"));
    }

    @Test
    void aRoleThatTheLocalStackLacksIsReported() throws IOException {
        writeDescriptor(1);

        assertThatThrownBy(() -> Installation.ofLocalStack(data).password("jangbu_webhook"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("JANGBU_WEBHOOK_PASSWORD")
                .hasMessageContaining("dev.json");
    }

    @Test
    void theDescriptorOfAKilledStackIsReported() throws IOException {
        int port = closedPort();
        writeDescriptor(port);

        assertThatThrownBy(() -> Installation.of(Map.of(), Map.of(), data).registry())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("was killed")
                .hasMessageContaining(Integer.toString(port));
        assertThat(Installation.of(Map.of("--registry", "http://flag"), Map.of(), data)
                        .registry())
                .isEqualTo("http://flag");
        assertThat(Installation.ofLocalStack(data).registry()).isEqualTo("http://127.0.0.1:8084");
    }

    @Test
    void aNamedKafkaIsNotCombinedWithALocalPostgres() throws IOException {
        try (ServerSocket kafka = listen()) {
            writeDescriptor(kafka.getLocalPort());
            Map<String, String> named = Map.of("JANGBU_KAFKA", "kafka:9092");

            Installation.of(Map.of(), Map.of(), data).requireKafkaAndPostgresOfOneSource();
            Installation.of(Map.of("--postgres", "postgres:5432"), named, data).requireKafkaAndPostgresOfOneSource();
            assertThatThrownBy(() -> Installation.of(Map.of(), named, data).requireKafkaAndPostgresOfOneSource())
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("--postgres or JANGBU_POSTGRES");
            assertThatThrownBy(() -> Installation.of(Map.of("--postgres", "p:1"), Map.of(), data)
                            .requireKafkaAndPostgresOfOneSource())
                    .hasMessageContaining("--kafka or JANGBU_KAFKA");
        }
    }

    @Test
    void aConnectionIsToTheDatabaseWhereTheRoleWorks() throws SQLException {
        Map<String, String> environment = new HashMap<>(Map.of("JANGBU_POSTGRES", TestPostgres.address()));
        for (String role : List.of("jangbu_audit", "jangbu_ledger", "jangbu_maintenance", "postgres")) {
            environment.put(Installation.passwordVariable(role), TestPostgres.PASSWORD);
        }
        Installation installation = Installation.of(Map.of(), environment, data);

        assertThat(session(installation.openPayments())).isEqualTo("jangbu_audit@jangbu_payment");
        assertThat(session(installation.openLedger())).isEqualTo("jangbu_audit@jangbu_ledger");
        assertThat(session(installation.openAs("jangbu_maintenance"))).isEqualTo("jangbu_maintenance@jangbu_payment");
        assertThat(session(installation.openAs("jangbu_ledger"))).isEqualTo("jangbu_ledger@jangbu_ledger");
        assertThat(session(installation.openAs("postgres"))).isEqualTo("postgres@postgres");
        assertThat(session(installation.openLedgerAs("postgres"))).isEqualTo("postgres@jangbu_ledger");
    }

    @Test
    void noTextContainsASecret() throws IOException {
        int port = closedPort();
        Map<String, String> environment = Map.of(
                "JANGBU_API_KEY", SECRET, "JANGBU_AUDIT_PASSWORD", SECRET, "JANGBU_POSTGRES", "127.0.0.1:" + port);
        Installation installation = Installation.of(Map.of("--kafka", "k:1"), environment, data);

        assertThat(installation.toString()).contains("k:1").doesNotContain(SECRET);
        assertThatThrownBy(installation::openLedger)
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("127.0.0.1:" + port + "/jangbu_ledger")
                .hasMessageNotContaining(SECRET);
        assertThat(writeDescriptor(1).toString()).doesNotContain(SECRET);
    }

    private static String session(Connection connection) throws SQLException {
        try (connection;
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT current_user || '@' || current_database()")) {
            row.next();
            return row.getString(1);
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = listen()) {
            return socket.getLocalPort();
        }
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    private StackDescriptor writeDescriptor(int kafkaPort) throws IOException {
        String uri = "postgresql://%s:" + SECRET + "@127.0.0.1:15432/%s";
        StackDescriptor descriptor = new StackDescriptor(
                "http://127.0.0.1:8080/v1",
                SECRET,
                uri.formatted("jangbu_audit", "jangbu_payment"),
                uri.formatted("jangbu_audit", "jangbu_ledger"),
                Map.of("jangbu_audit", uri.formatted("jangbu_audit", "jangbu_payment")),
                "127.0.0.1:" + kafkaPort,
                "http://127.0.0.1:8084",
                "http://127.0.0.1:8083",
                "http://127.0.0.1:8090",
                SECRET);
        Files.writeString(data.resolve("dev.json"), descriptor.toJson());
        return descriptor;
    }
}
