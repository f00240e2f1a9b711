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
 * How many payments go from HTTP to COMPLETED in a second, beside how many transactions of TPC-B's kind the same PostgreSQL
 * server does: the limit of anybody who settles in that database.
 */
final class ApiBench {

    private static final String PAYMENTS = "api";
    private static final String COMMITS = "api, commits";
    private static final String OURS = "jangbu";

    /** So many that more don't complete more: what an interval costs is shared by all who come in it. */
    private static final int CLIENTS = 256;

    /** Seven JVMs come to speed together, and compile on the cores that they work on. */
    private static final int WARM_UP_SECONDS = 100;

    private final BenchOptions options;
    private final Progress progress;

    ApiBench(BenchOptions options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        List<String> notes = new ArrayList<>();
        Optional<PgBench> pgbench = PgBench.find();
        if (pgbench.isEmpty()) {
            notes.add("pgbench isn't installed, so TPC-B is left out (Debian: apt-get install postgresql-contrib)");
        }
        List<String> parts = new ArrayList<>(BenchStack.BASE);
        parts.addAll(List.of("connect", "psp-simulator", "payment-api", "streams-processor", "ledger-service"));
        try (BenchStack stack = BenchStack.start(options.home(), parts, progress);
                Meter meter = new Meter(stack.address());
                Buyers buyers = new Buyers(stack.address());
                Profile profile = Profile.of(options, stack, "api")) {
            List<Measurement> slots = new ArrayList<>();
            slots.add(profile.over(new OurSlot(stack, meter, buyers)));
            if (pgbench.isPresent()) {
                Database database = Database.create(stack.address(), "tpcb");
                pgbench.get().initialize(database);
                slots.add(new TpcbSlot(pgbench.get(), database, stack, meter));
            }
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress).run(slots);
            return new Results("api", "1/s", samples, comparisons(samples), notes);
        }
    }

    private List<Comparison> comparisons(List<Sample> samples) {
        return Stream.of(
                        Comparison.of(samples, PAYMENTS, OURS, PgBench.NAME, 0.5, Better.MORE, options.seed()),
                        Comparison.of(samples, COMMITS, OURS, PgBench.NAME, 0, Better.MORE, options.seed()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Buyers who come again as soon as their payment is COMPLETED. */
    private final class OurSlot implements Measurement {

        private final BenchStack stack;
        private final Meter meter;
        private final Buyers buyers;

        OurSlot(BenchStack stack, Meter meter, Buyers buyers) {
            this.stack = stack;
            this.meter = meter;
            this.buyers = buyers;
        }

        @Override
        public String title() {
            return "api, HTTP to COMPLETED";
        }

        @Override
        public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
            buyers.begin("a" + round, new Random(options.seed() + round), Load.UNIFORM);
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
            Meter.Reading before = meter.start(processes);
            long nanos = new ClosedLoop(buyers, CLIENTS)
                    .run(round == 0 ? Math.max(WARM_UP_SECONDS, options.secondsOfLoad()) : options.secondsOfLoad());
            Usage usage = meter.since(before);
            // Statistics of sessions are told when they are idle for a second.
            Thread.sleep(1_500);
            long commits = meter.commits() - commitsBefore;
            List<String> refusals = buyers.refusals();
            int payments = buyers.completed();
            return List.of(
                    new Sample(PAYMENTS, OURS, round, payments * 1e9 / nanos, payments, usage, refusals),
                    new Sample(COMMITS, OURS, round, commits * 1e9 / nanos, payments, usage, refusals));
        }
    }

    private final class TpcbSlot implements Measurement {

        private final PgBench pgbench;
        private final Database database;
        private final BenchStack stack;
        private final Meter meter;

        TpcbSlot(PgBench pgbench, Database database, BenchStack stack, Meter meter) {
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
            Meter.Reading before = meter.start(Map.of("postgres", stack.pid("postgres")));
            PgBench.Ran ran = pgbench.run(database, options.secondsOfLoad());
            Usage usage = meter.since(before);
            List<String> refusals = pgbench.refusals(database);
            return Stream.of(PAYMENTS, COMMITS)
                    .map(cell ->
                            new Sample(cell, PgBench.NAME, round, ran.perSecond(), ran.transactions(), usage, refusals))
                    .toList();
        }
    }
}
