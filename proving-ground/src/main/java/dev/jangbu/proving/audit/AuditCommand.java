package dev.jangbu.proving.audit;

import dev.jangbu.proving.stack.DataOption;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code audit}: checks a running stack from outside. Progress goes to the standard error, the report to the standard
 * output.
 */
@Command(
        name = "audit",
        description =
                "Checks a running stack from outside: waits until it is quiet, then checks that no money is lost or made up.",
        footer = "Exit codes: 0 all invariants hold, 1 at least one is broken (the report has the evidence),"
                + " 2 inconclusive: not quiet in time, not running, or wrong arguments.",
        mixinStandardHelpOptions = true)
public final class AuditCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Option(
            names = "--deep",
            description = "also try to change the ledger with each role, and compare it with one rebuilt from Kafka")
    private boolean deep;

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "how long to wait until the stack is quiet (default: ${DEFAULT-VALUE})")
    private int waitSeconds = 120;

    private final PrintStream out;
    private final PrintStream err;

    public AuditCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (ProgressReporter progress = new ProgressReporter(err::println)) {
            StackAddress stack = data.stack();
            AuditReport report = new Audit(stack, Duration.ofSeconds(waitSeconds), deep, progress).run();
            out.println(json ? report.toJson() : report);
            return report.outcome().exitCode();
        } catch (IOException | SQLException | KafkaException | IllegalStateException e) {
            err.println("The audit failed: " + e.getMessage());
            return AuditReport.Outcome.NOT_QUIET.exitCode();
        }
    }
}
