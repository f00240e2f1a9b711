package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Meter.Metered;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Measures payments per second from HTTP to COMPLETED and compares them with pgbench TPC-B transactions on the same
 * PostgreSQL server: an upper limit for settling in that database.
 */
record ApiBench(BenchStack stack, Meter meter, PaymentLoad load) {

    private static final String PAYMENTS = "api";
    private static final String COMMITS = "api, commits";
    private static final String JANGBU = "jangbu";

    /** Enough to saturate the system: more clients don't complete more payments. */
    private static final int CLIENTS = 256;

    /** Seven JVMs warm up and compile on the cores that they are measured on. */
    private static final int WARM_UP_SECONDS = 100;

    private static final String[] PARTS = {
        "connect", "psp-simulator", "payment-api", "streams-processor", "ledger-service"
    };

    static Results run(BenchOptions options, ProgressReporter progress)
            throws IOException, SQLException, InterruptedException {
        try (BenchStack stack = new BenchStack(options, progress, PARTS);
                Meter meter = new Meter(stack.address());
                PaymentLoad load = new PaymentLoad(stack.address())) {
            return new ApiBench(stack, meter, load).run(options);
        }
    }

    private Results run(BenchOptions options) throws IOException, SQLException, InterruptedException {
        List<String> notes = new ArrayList<>();
        List<Measurement> measurements = new ArrayList<>();
        measurements.add(new Measurement("api, HTTP to COMPLETED", this::measureJangbu));
        if (PgBench.isInstalled()) {
            PgBench pgbench = new PgBench(Database.create(stack.address(), "tpcb"));
            measurements.add(new Measurement("api, " + PgBench.NAME, round -> measureTpcb(pgbench, round)));
        } else {
            notes.add("pgbench isn't installed, TPC-B is skipped (Debian: apt-get install postgresql-contrib)");
        }
        List<Sample> samples = Rounds.run("api", stack, measurements);
        List<Comparison> comparisons = Stream.of(PAYMENTS, COMMITS)
                .map(cell -> Comparison.more(samples, cell, JANGBU, PgBench.NAME, options.seed))
                .flatMap(Optional::stream)
                .toList();
        return new Results("api", "1/s", samples, comparisons, notes);
    }

    /** Closed-loop clients: each starts the next payment when its last one is COMPLETED. */
    private List<Sample> measureJangbu(int round) throws IOException, SQLException, InterruptedException {
        load.begin("a" + round, stack.options().seed + round);
        int seconds = stack.options().secondsOfLoad();
        Map<String, Long> processes = stack.pids(PARTS);
        processes.putAll(stack.pids("postgres", "kafka"));
        processes.put("load generator", ProcessHandle.current().pid());
        long commitsBefore = meter.commits();
        Metered<Long> nanos = meter.measure(
                processes,
                () -> Loops.closed(load, CLIENTS, round == 0 ? Math.max(WARM_UP_SECONDS, seconds) : seconds));
        // PostgreSQL publishes a session's statistics after it was idle for a second.
        Thread.sleep(1_500);
        long commits = meter.commits() - commitsBefore;
        int payments = load.completed();
        List<String> errors = load.errors();
        return List.of(
                new Sample(PAYMENTS, JANGBU, round, payments * 1e9 / nanos.result(), payments, nanos.usage(), errors),
                new Sample(COMMITS, JANGBU, round, commits * 1e9 / nanos.result(), payments, nanos.usage(), errors));
    }

    private List<Sample> measureTpcb(PgBench pgbench, int round)
            throws IOException, SQLException, InterruptedException {
        Metered<PgBench.Run> run = meter.measure(
                stack.pids("postgres"), () -> pgbench.run(stack.options().secondsOfLoad()));
        PgBench.Run result = run.result();
        List<String> errors = pgbench.errors();
        return Stream.of(PAYMENTS, COMMITS)
                .map(cell -> new Sample(
                        cell, PgBench.NAME, round, result.perSecond(), result.transactions(), run.usage(), errors))
                .toList();
    }
}
