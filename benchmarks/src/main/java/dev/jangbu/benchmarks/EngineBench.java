package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Competitors.Want;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;

/** How many requests our topology turns into entries in a second, beside what Kafka Streams does without our work. */
final class EngineBench {

    private static final String BENCH = "engine";
    /** An application's first second is spent on finding its partitions. */
    private static final int LEAST = 20_000;

    private static final String OURS = "jangbu's topology";
    private static final String PASS_THROUGH = "pass-through";
    private static final String AT_LEAST_ONCE = "at least once";

    private static final List<Want> WANTS =
            List.of(new Want(Load.UNIFORM, PASS_THROUGH, 0.6), new Want(Load.UNIFORM, AT_LEAST_ONCE, 0.85));

    private final BenchOptions options;
    private final Progress progress;
    private final Clock clock;

    EngineBench(BenchOptions options, Progress progress, Clock clock) {
        this.options = options;
        this.progress = progress;
        this.clock = clock;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        try (BenchStack stack = BenchStack.start(options.home(), BenchStack.BASE, progress);
                Meter meter = new Meter(stack.address());
                RequestFeed feed = new RequestFeed(stack.address());
                PeerProcess engine = EngineCompetitor.engine(stack);
                Competitors contenders = new Competitors()) {
            contenders.add(new EngineCompetitor(stack, feed, engine, OURS, "as-shipped"));
            contenders.add(new EngineCompetitor(stack, feed, engine, AT_LEAST_ONCE, "at-least-once"));
            contenders.add(new EngineCompetitor(stack, feed, engine, PASS_THROUGH, "pass-through"));
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress)
                    .run(contenders.slots(BENCH, options, LEAST, meter, clock, Profile.NONE));
            return new Results(
                    BENCH,
                    "payments/s",
                    samples,
                    Competitors.compare(BENCH, options, samples, OURS, List.of(PASS_THROUGH, AT_LEAST_ONCE), WANTS),
                    List.of());
        }
    }
}
