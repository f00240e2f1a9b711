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

/** {@code audit}: checks a running stack from outside. What it says on the way goes to the standard error. */
@Command(
        name = "audit",
        description =
                "Checks a running stack from outside: waits until it is quiet, then looks for money that went astray.",
        footer = "Exit codes: 0 all invariants hold, 1 one is broken (the report has the evidence),"
                + " 2 nothing can be said: not quiet in time, not running, or called wrongly.",
        mixinStandardHelpOptions = true)
public final class AuditCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Option(
            names = "--deep",
            description = "also try to change the book as each role, and make it anew from Kafka to compare")
    private boolean deep;

    @Option(names = "--json", description = "print the report as JSON")
    private boolean json;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "how long to wait for quiet (default: ${DEFAULT-VALUE})")
    private int waitSeconds = 120;

    private final PrintStream out;
    private final PrintStream err;

    public AuditCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (Progress progress = new Progress(err::println)) {
            StackAddress stack = data.stack();
            AuditReport report = new Audit(stack, Duration.ofSeconds(waitSeconds), deep, progress).run();
            out.println(json ? report.toJson() : report);
            return report.outcome().exitCode();
        } catch (IOException | SQLException | KafkaException | IllegalStateException e) {
            err.println("The audit can't go on: " + e.getMessage());
            return AuditReport.Outcome.NOT_QUIET.exitCode();
        }
    }
}
