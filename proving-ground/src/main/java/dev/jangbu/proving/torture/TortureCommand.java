package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.Audit;
import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.AuditReport.Outcome;
import dev.jangbu.proving.audit.Progress;
import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code torture}: load, faults, and an audit, on a stack of its own. */
@Command(
        name = "torture",
        description = "Kills, stops and confuses a stack of its own under load, then audits it.",
        footer = "Exit codes: 0 every promise was kept and all invariants hold, 1 one is broken (with evidence),"
                + " 2 nothing can be said.",
        mixinStandardHelpOptions = true)
public final class TortureCommand implements Callable<Integer> {

    private static final Duration HEALS_WITHIN = Duration.ofMinutes(5);

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "what happens, and when (default: another each time; it is printed)")
    private @Nullable Long seed;

    @Option(names = "--minutes", paramLabel = "M", description = "how long faults strike (default: ${DEFAULT-VALUE})")
    private int minutes = 5;

    @Option(
            names = "--clients",
            paramLabel = "N",
            description = "how many customers at a time (default: ${DEFAULT-VALUE})")
    private int clients = 12;

    @Option(names = "--keep", description = "leave the stack's directory behind, to look into it")
    private boolean keep;

    private final PrintStream out;
    private final PrintStream err;

    public TortureCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (minutes < 1 || clients < 1) {
            err.println("--minutes and --clients must be at least 1.");
            return Outcome.NOT_QUIET.exitCode();
        }
        long chosen = seed == null ? System.nanoTime() : seed;
        Plan plan = Plan.of(chosen, Duration.ofMinutes(minutes));
        err.println("seed %d; %d faults in %d minutes (repeat with --seed %d --minutes %d):"
                .formatted(chosen, plan.strikes().size(), minutes, chosen, minutes));
        plan.strikes().forEach(err::println);
        err.println("Starting a stack of its own");
        try (OwnStack stack = new OwnStack(Path.of(System.getProperty("jangbu.home", ".")), keep)) {
            int exitCode = torture(stack, chosen, plan);
            if (keep) {
                err.println("The stack's data and logs: " + stack.data());
            }
            return exitCode;
        } catch (IOException | SQLException | KafkaException | IllegalStateException e) {
            err.println("Torture can't go on: " + e.getMessage());
            return Outcome.NOT_QUIET.exitCode();
        }
    }

    private int torture(OwnStack stack, long chosen, Plan plan) throws IOException, SQLException, InterruptedException {
        StackAddress address = stack.address();
        try (Load load = new Load(address, chosen, err::println);
                Progress progress = new Progress(err::println)) {
            long begin = System.nanoTime();
            Thread striking = Thread.ofVirtual().start(() -> strike(plan, new Striker(stack, address), begin));
            load.work(clients, begun -> striking.isAlive());
            striking.join();
            err.println("No more faults; healing");
            load.settle();
            AuditReport report = new Audit(address, HEALS_WITHIN, true, progress).run();
            out.println("%,d orders, %,d answers, %d faults"
                    .formatted(load.orders(), load.answers(), plan.strikes().size()));
            out.println(report);
            if (load.breaches().count() == 0) {
                out.println(
                        " ✓  2  Every success that was answered is durable, and nothing settled without the PSP's approval");
                out.println(" ✓ 11  A key got its answer again, and another body was refused");
                return report.outcome().exitCode();
            }
            out.println(" ✗  2, 11  %,d promises were BROKEN"
                    .formatted(load.breaches().count()));
            load.breaches().first().forEach(broken -> out.println("        ! " + broken));
            return Outcome.BROKEN.exitCode();
        }
    }

    private void strike(Plan plan, Striker striker, long begin) {
        try {
            for (Plan.Strike strike : plan.strikes()) {
                long due = begin + strike.after().toNanos() - System.nanoTime();
                Thread.sleep(Duration.ofNanos(Math.max(0, due)));
                err.println("    ⚡ " + strike.fault() + ": " + striker.strike(strike.fault()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
