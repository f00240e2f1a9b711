package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Competitors.Target;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;

/**
 * Measures requests per second that Jangbu's topology turns into entries, and compares it with a Kafka Streams
 * pass-through.
 */
final class EngineBench {

    private static final String BENCH = "engine";
    /** An application spends its first second on finding its partitions. */
    private static final int MIN_PAYMENTS = 20_000;

    private static final String JANGBU = "jangbu's topology";
    private static final String PASS_THROUGH = "pass-through";
    private static final String AT_LEAST_ONCE = "at least once";

    private static final List<Target> TARGETS =
            List.of(new Target(Load.UNIFORM, PASS_THROUGH, 0.6), new Target(Load.UNIFORM, AT_LEAST_ONCE, 0.85));

    private final BenchOptions options;
    private final ProgressReporter progress;
    private final Clock clock;

    EngineBench(BenchOptions options, ProgressReporter progress, Clock clock) {
        this.options = options;
        this.progress = progress;
        this.clock = clock;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        try (BenchStack stack = BenchStack.start(options.home(), BenchStack.BASE, progress);
                Meter meter = new Meter(stack.address());
                RequestFeed feed = new RequestFeed(stack.address());
                PeerProcess engine = EngineCompetitor.engine(stack);
                Competitors competitors = new Competitors()) {
            competitors.add(new EngineCompetitor(stack, feed, engine, JANGBU, "as-shipped"));
            competitors.add(new EngineCompetitor(stack, feed, engine, AT_LEAST_ONCE, "at-least-once"));
            competitors.add(new EngineCompetitor(stack, feed, engine, PASS_THROUGH, "pass-through"));
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress)
                    .run(competitors.measurements(BENCH, options, MIN_PAYMENTS, meter, clock, Profile.NONE));
            return new Results(
                    BENCH,
                    "payments/s",
                    samples,
                    Competitors.compare(BENCH, options, samples, JANGBU, List.of(PASS_THROUGH, AT_LEAST_ONCE), TARGETS),
                    List.of());
        }
    }
}
