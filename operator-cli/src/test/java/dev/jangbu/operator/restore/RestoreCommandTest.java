package dev.jangbu.operator.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.operator.installation.StackDescriptor;
import dev.jangbu.testsupport.TestPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The exit codes of {@code restore plan} and {@code restore apply} that tell nothing about the database: 2. */
class RestoreCommandTest {

    @TempDir
    private Path data;

    private final StringWriter err = new StringWriter();

    @Test
    void withoutAnInstallationItCouldNotBeTold() {
        assertThat(run("plan")).isEqualTo(2);
        assertThat(run("apply")).isEqualTo(2);
        assertThat(err.toString()).contains("No stack is ready on " + data);
    }

    @Test
    void afterAnUnexpectedFailureItCouldNotBeTold() throws IOException {
        try (ServerSocket kafka = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            String payments = "postgresql://jangbu_audit:%s@%s/jangbu_payment"
                    .formatted(TestPostgres.PASSWORD, TestPostgres.address());
            Files.writeString(
                    data.resolve(StackDescriptor.FILE),
                    new StackDescriptor(
                                    "-",
                                    "-",
                                    payments,
                                    payments,
                                    Map.of("jangbu_audit", payments),
                                    "127.0.0.1:" + kafka.getLocalPort(),
                                    "not a URL",
                                    "-",
                                    "-",
                                    "-")
                            .toJson());

            assertThat(run("plan")).isEqualTo(2);
            assertThat(run("apply")).isEqualTo(2);
            assertThat(err.toString()).contains("IllegalArgumentException").doesNotContain(TestPostgres.PASSWORD);
        }
    }

    private int run(String command) {
        return new CommandLine(new RestoreCommand())
                .setErr(new PrintWriter(err, true))
                .execute(command, "--data", data.toString());
    }
}
