package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.SqlCompetitor.Strategy;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures payments settled per second, from the request in Kafka to the end, and compares them with settling in
 * PostgreSQL.
 */
final class SettleBench {

    private static final String BENCH = "settle";
    private static final int MIN_PAYMENTS = 2_000;

    private SettleBench() {}

    static Results run(BenchOptions options, ProgressReporter progress, Clock clock)
            throws IOException, SQLException, InterruptedException {
        try (BenchStack stack = new BenchStack(options, progress, "streams-processor", "ledger-service");
                Meter meter = new Meter(stack.address());
                RequestFeed feed = new RequestFeed(stack.address());
                Competitors competitors = new Competitors()) {
            competitors.add(new JangbuCompetitor(stack, feed));
            for (Strategy strategy : options.against()) {
                competitors.add(new SqlCompetitor(strategy, stack, feed));
            }
            Results results = competitors.run(BENCH, stack, MIN_PAYMENTS, meter, clock);
            List<Comparison> comparisons = new ArrayList<>(results.comparisons());
            Comparison.of(
                            "one seller ÷ uniform, jangbu",
                            jangbu(results.samples(), Load.ONE_SELLER),
                            jangbu(results.samples(), Load.UNIFORM),
                            options.seed)
                    .ifPresent(comparisons::add);
            return new Results(BENCH, results.unit(), results.samples(), comparisons, results.notes());
        }
    }

    private static Map<Integer, Double> jangbu(List<Sample> samples, Load load) {
        return Comparison.values(samples, BENCH + " " + load.text(), JangbuCompetitor.NAME);
    }
}
