package dev.jangbu.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What can be said of the ledger's commands without a ledger: that nothing was proved. */
class LedgerCommandTest {

    @TempDir
    private Path data;

    private final StringWriter err = new StringWriter();

    @BeforeEach
    void home() {
        System.setProperty(
                "jangbu.home", Path.of("..").toAbsolutePath().normalize().toString());
    }

    @AfterEach
    void noHome() {
        System.clearProperty("jangbu.home");
    }

    @Test
    void withoutAStackNothingIsProved() {
        assertThat(run("ledger", "verify", "--data", data.toString())).isEqualTo(2);
        assertThat(run("ledger", "rebuild", "--data", data.toString())).isEqualTo(2);
        assertThat(run("reconcile", "--data", data.toString(), "settlement.csv"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("No stack is ready on " + data);
    }

    @Test
    void aDatabaseThatIsInUseIsNotRebuiltAndOneThatDoesNotAnswerIsNoDifference() throws Exception {
        try (ServerSocket kafka = new ServerSocket(0)) {
            String nobody = "postgresql://%s:secret@127.0.0.1:1/postgres";
            new DevJson(
                            "http://127.0.0.1:1/v1",
                            "key",
                            nobody.formatted("jangbu_audit"),
                            nobody.formatted("jangbu_audit"),
                            Map.of("postgres", nobody.formatted("postgres")),
                            "127.0.0.1:" + kafka.getLocalPort(),
                            "http://127.0.0.1:1",
                            "http://127.0.0.1:1",
                            "http://127.0.0.1:1")
                    .write(new DataDirectory(data));

            assertThat(run("ledger", "rebuild", "--data", data.toString(), "--into", "jangbu_ledger"))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("is in use");
            assertThat(run("ledger", "rebuild", "--data", data.toString(), "--into", "x;DROP"))
                    .isEqualTo(2);
            assertThat(run("ledger", "rebuild", "--data", data.toString())).isEqualTo(2);
            assertThat(err.toString()).contains("refused").doesNotContain("secret");
        }
    }

    private int run(String... args) {
        CommandLine commands = new CommandLine(new LedgerCommandRoot());
        commands.setErr(new PrintWriter(err, true));
        return commands.execute(args);
    }

    @CommandLine.Command(
            name = "jangbu",
            subcommands = {LedgerCommand.class, LedgerCommand.Reconcile.class})
    static final class LedgerCommandRoot {}
}
