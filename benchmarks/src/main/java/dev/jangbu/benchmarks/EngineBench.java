package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;

/**
 * Measures requests per second that Jangbu's topology turns into entries, and compares it with a Kafka Streams
 * pass-through.
 */
final class EngineBench {

    /** An application spends its first second on finding its partitions. */
    private static final int MIN_PAYMENTS = 20_000;

    private EngineBench() {}

    static Results run(BenchOptions options, ProgressReporter progress, Clock clock)
            throws IOException, SQLException, InterruptedException {
        try (BenchStack stack = new BenchStack(options, progress);
                Meter meter = new Meter(stack.address());
                RequestFeed feed = new RequestFeed(stack.address());
                PeerProcess engine = EngineCompetitor.engine(stack);
                Competitors competitors = new Competitors()) {
            competitors.add(new EngineCompetitor(stack, feed, engine, "jangbu's topology", "as-shipped"));
            competitors.add(new EngineCompetitor(stack, feed, engine, "pass-through", "pass-through"));
            competitors.add(new EngineCompetitor(stack, feed, engine, "at least once", "at-least-once"));
            return competitors.run("engine", stack, MIN_PAYMENTS, meter, clock);
        }
    }
}
