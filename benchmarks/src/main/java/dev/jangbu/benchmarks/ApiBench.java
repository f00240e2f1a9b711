package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Comparison.Better;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Measures payments per second from HTTP to COMPLETED and compares them with pgbench TPC-B transactions on the same
 * PostgreSQL server: an upper limit for settling in that database.
 */
final class ApiBench {

    private static final String PAYMENTS = "api";
    private static final String COMMITS = "api, commits";
    private static final String JANGBU = "jangbu";

    /** Enough to saturate the system: more clients don't complete more payments. */
    private static final int CLIENTS = 256;

    /** Seven JVMs warm up and compile on the cores that they are measured on. */
    private static final int WARM_UP_SECONDS = 100;

    private final BenchOptions options;
    private final ProgressReporter progress;

    ApiBench(BenchOptions options, ProgressReporter progress) {
        this.options = options;
        this.progress = progress;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        List<String> notes = new ArrayList<>();
        Optional<PgBench> pgbench = PgBench.find();
        if (pgbench.isEmpty()) {
            notes.add("pgbench isn't installed, TPC-B is skipped (Debian: apt-get install postgresql-contrib)");
        }
        List<String> parts = new ArrayList<>(BenchStack.BASE);
        parts.addAll(List.of("connect", "psp-simulator", "payment-api", "streams-processor", "ledger-service"));
        try (BenchStack stack = BenchStack.start(options.home(), parts, progress);
                Meter meter = new Meter(stack.address());
                PaymentLoad load = new PaymentLoad(stack.address());
                Profile profile = Profile.of(options, stack, "api")) {
            List<Measurement> measurements = new ArrayList<>();
            measurements.add(profile.over(new JangbuMeasurement(stack, meter, load)));
            if (pgbench.isPresent()) {
                Database database = Database.create(stack.address(), "tpcb");
                pgbench.get().initialize(database);
                measurements.add(new TpcbMeasurement(pgbench.get(), database, stack, meter));
            }
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress).run(measurements);
            return new Results("api", "1/s", samples, comparisons(samples), notes);
        }
    }

    private List<Comparison> comparisons(List<Sample> samples) {
        return Stream.of(
                        Comparison.of(samples, PAYMENTS, JANGBU, PgBench.NAME, 0.5, Better.MORE, options.seed()),
                        Comparison.of(samples, COMMITS, JANGBU, PgBench.NAME, 0, Better.MORE, options.seed()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Closed-loop clients: each starts the next payment when its last one is COMPLETED. */
    private final class JangbuMeasurement implements Measurement {

        private final BenchStack stack;
        private final Meter meter;
        private final PaymentLoad load;

        JangbuMeasurement(BenchStack stack, Meter meter, PaymentLoad load) {
            this.stack = stack;
            this.meter = meter;
            this.load = load;
        }

        @Override
        public String title() {
            return "api, HTTP to COMPLETED";
        }

        @Override
        public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
            load.begin("a" + round, new Random(options.seed() + round), Load.UNIFORM);
            meter.checkpoint();
            Map<String, Long> processes = new TreeMap<>(
                    Map.of("load generator", ProcessHandle.current().pid()));
            for (String part : List.of(
                    "postgres",
                    "kafka",
                    "connect",
                    "psp-simulator",
                    "payment-api",
                    "streams-processor",
                    "ledger-service")) {
                processes.put(part, stack.pid(part));
            }
            long commitsBefore = meter.commits();
            Meter.MeterReading before = meter.start(processes);
            long nanos = new ClosedLoop(load, CLIENTS)
                    .run(round == 0 ? Math.max(WARM_UP_SECONDS, options.secondsOfLoad()) : options.secondsOfLoad());
            Usage usage = meter.since(before);
            // PostgreSQL publishes a session's statistics after it was idle for a second.
            Thread.sleep(1_500);
            long commits = meter.commits() - commitsBefore;
            List<String> errors = load.errors();
            int payments = load.completed();
            return List.of(
                    new Sample(PAYMENTS, JANGBU, round, payments * 1e9 / nanos, payments, usage, errors),
                    new Sample(COMMITS, JANGBU, round, commits * 1e9 / nanos, payments, usage, errors));
        }
    }

    private final class TpcbMeasurement implements Measurement {

        private final PgBench pgbench;
        private final Database database;
        private final BenchStack stack;
        private final Meter meter;

        TpcbMeasurement(PgBench pgbench, Database database, BenchStack stack, Meter meter) {
            this.pgbench = pgbench;
            this.database = database;
            this.stack = stack;
            this.meter = meter;
        }

        @Override
        public String title() {
            return "api, " + PgBench.NAME;
        }

        @Override
        public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
            meter.checkpoint();
            Meter.MeterReading before = meter.start(Map.of("postgres", stack.pid("postgres")));
            PgBench.Run result = pgbench.run(database, options.secondsOfLoad());
            Usage usage = meter.since(before);
            List<String> errors = pgbench.errors(database);
            return Stream.of(PAYMENTS, COMMITS)
                    .map(cell -> new Sample(
                            cell, PgBench.NAME, round, result.perSecond(), result.transactions(), usage, errors))
                    .toList();
        }
    }
}
