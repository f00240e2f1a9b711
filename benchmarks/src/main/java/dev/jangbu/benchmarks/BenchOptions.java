package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.SqlCompetitor.Strategy;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.DataOption;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The command line's options. */
final class BenchOptions {

    /** The records of a round are held in memory for the check. */
    private static final int MAX_PAYMENTS = 100_000;

    @Option(names = "--seed", description = "seed of the input and the order of the rounds (default: ${DEFAULT-VALUE})")
    long seed = 20_261_124;

    @Option(names = "--rounds", description = "measured rounds after the warm-up round (default: ${DEFAULT-VALUE})")
    int rounds = 5;

    @Option(
            names = "--seconds",
            description = "approximate duration of a competitor's round (default: ${DEFAULT-VALUE})")
    double seconds = 5;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "LOAD",
            description = "loads of settle: uniform, one-seller, ninety-percent, zipf (default: ${DEFAULT-VALUE})",
            defaultValue = "uniform,one-seller")
    private List<String> loads = List.of();

    @Option(
            names = "--against",
            split = ",",
            paramLabel = "WAY",
            description = "competitors of settle: ${COMPLETION-CANDIDATES} (default: all)")
    private List<Strategy> against = List.of(Strategy.values());

    @Option(names = "--alone", description = "run settle without competitors")
    private boolean alone;

    @Option(names = "--lines", description = "sellers per payment of settle, 1 to 100 (default: ${DEFAULT-VALUE})")
    int lines = 1;

    @Option(
            names = "--most",
            description = "maximum payments of a round of settle, rows of cdc (default: ${DEFAULT-VALUE})")
    int maxPayments = MAX_PAYMENTS;

    @Option(names = "--rate", description = "payments per second of latency (default: half of the measured maximum)")
    int rate;

    @Option(names = "--profile", description = "write flight recordings of the services")
    boolean profile;

    @Option(names = "--inject", hidden = true, description = "defect in the competitors' tables, to test the check")
    InjectedDefect defect = InjectedDefect.NONE;

    @Option(names = "--anyway", description = "measure even if a stack is running or the machine is busy")
    boolean anyway;

    /** @throws CommandException if a value is invalid */
    void validate() {
        if (rounds < 1
                || seconds <= 0
                || lines < 1
                || lines > 100
                || maxPayments < 1
                || maxPayments > MAX_PAYMENTS
                || rate < 0) {
            throw new CommandException(
                    "--rounds and --seconds must be above 0, --most 1 to %d, --lines 1 to 100, --rate not below 0."
                            .formatted(MAX_PAYMENTS));
        }
        loads();
    }

    /** The root of the repository. */
    Path home() {
        return DataOption.home().toAbsolutePath().normalize();
    }

    /** The loads of settle. */
    List<Load> loads() {
        return loads.stream().map(Load::of).toList();
    }

    /** The competitors of settle. */
    List<Strategy> against() {
        return alone ? List.of() : against;
    }

    /** Duration of a load over HTTP: it needs longer than a drain to reach a steady state. */
    int secondsOfLoad() {
        return Math.max(1, (int) Math.round(seconds * 2));
    }
}
