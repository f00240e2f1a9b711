package dev.jangbu.operator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.operator.OperatorCli;
import dev.jangbu.operator.installation.StackDescriptor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The ledger's commands without a ledger: each exits with 2, "could not run". */
class LedgerCommandTest {

    @TempDir
    private Path data;

    private final StringWriter err = new StringWriter();

    @BeforeEach
    void setHome() {
        System.setProperty(
                "jangbu.home", Path.of("..").toAbsolutePath().normalize().toString());
    }

    @AfterEach
    void clearHome() {
        System.clearProperty("jangbu.home");
    }

    @Test
    void withoutAnInstallationACommandCouldNotRun() {
        assertThat(run("ledger", "verify", "--data", data.toString())).isEqualTo(2);
        assertThat(run("ledger", "rebuild", "--data", data.toString())).isEqualTo(2);
        assertThat(run("reconcile", "--data", data.toString(), "settlement.csv"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("No stack is ready on " + data);
    }

    @Test
    void aNamedKafkaWithoutPostgresCouldNotRun() throws IOException {
        try (ServerSocket kafka = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            writeDescriptor(kafka.getLocalPort());

            assertThat(run("ledger", "verify", "--kafka", "127.0.0.1:1", "--data", data.toString()))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("--postgres or JANGBU_POSTGRES");
        }
    }

    @Test
    void aDatabaseInUseIsNotRebuiltAndAnUnreachableServerIsNoDifference() throws IOException {
        try (ServerSocket kafka = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            writeDescriptor(kafka.getLocalPort());

            assertThat(run("ledger", "rebuild", "--data", data.toString(), "--into", "jangbu_ledger"))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("is in use");
            assertThat(run("ledger", "rebuild", "--data", data.toString(), "--into", "x;DROP"))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("--into is 'x;DROP'");
            assertThat(run("ledger", "rebuild", "--data", data.toString())).isEqualTo(2);
            assertThat(err.toString())
                    .contains("PostgreSQL at 127.0.0.1:1/postgres")
                    .doesNotContain("secret");
        }
    }

    private void writeDescriptor(int kafkaPort) throws IOException {
        String unreachable = "postgresql://%s:secret@127.0.0.1:1/postgres";
        Files.writeString(
                data.resolve("dev.json"),
                new StackDescriptor(
                                "http://127.0.0.1:1/v1",
                                "key",
                                unreachable.formatted("jangbu_audit"),
                                unreachable.formatted("jangbu_audit"),
                                Map.of("postgres", unreachable.formatted("postgres")),
                                "127.0.0.1:" + kafkaPort,
                                "http://127.0.0.1:1",
                                "http://127.0.0.1:1",
                                "http://127.0.0.1:1",
                                "secret")
                        .toJson());
    }

    private int run(String... arguments) {
        CommandLine commands = new CommandLine(new Program());
        OperatorCli.addCommandsTo(commands);
        commands.setErr(new PrintWriter(err, true));
        return commands.execute(arguments);
    }

    @CommandLine.Command(name = "jangbu")
    private static final class Program {}
}
