package dev.jangbu.proving.audit;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.CommandRunner;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
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
                "Checks an installation from outside: waits until it is quiet, then checks that no money is lost or made up.",
        footer =
                "Exit codes: 0 all that could be checked holds, 1 an invariant is broken (the report has the evidence),"
                        + " 2 inconclusive: not quiet in time, not running, or wrong arguments.",
        mixinStandardHelpOptions = true)
public final class AuditCommand implements Callable<Integer> {

    /** A missing one is reported before the wait. */
    private static final List<Consumer<Installation>> REQUIRED = List.of(
            Installation::kafka,
            Installation::registry,
            Installation::postgres,
            installation -> installation.password("jangbu_audit"),
            Installation::api,
            Installation::apiKey);

    @Mixin
    private InstallationOptions options = new InstallationOptions();

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

    @Option(
            names = "--facts",
            paramLabel = "FILE",
            description = "keep the compared facts in this DuckDB database, to run the invariants' SQL by hand")
    private @Nullable Path facts;

    private final PrintStream out = CommandRunner.stdout();
    private final PrintStream err = CommandRunner.stderr();

    @Override
    public Integer call() throws InterruptedException {
        try (ProgressReporter progress = new ProgressReporter(err::println)) {
            Installation stack = options.installation().ofOneSource();
            REQUIRED.forEach(setting -> setting.accept(stack));
            AuditReport report = new Audit(stack, Duration.ofSeconds(waitSeconds), deep, progress)
                    .keepingFacts(facts)
                    .run();
            out.println(json ? report.toJson() : report);
            return report.outcome().exitCode();
        } catch (IOException | SQLException | KafkaException | IllegalStateException | CommandException e) {
            err.println("The audit failed: " + e.getMessage());
            return AuditReport.Outcome.NOT_QUIET.exitCode();
        }
    }
}
