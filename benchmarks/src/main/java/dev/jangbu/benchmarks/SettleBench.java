package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Comparison.Better;
import dev.jangbu.benchmarks.Competitors.Target;
import dev.jangbu.benchmarks.SqlCompetitor.Strategy;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures payments settled per second, from the request in Kafka to the end, and compares them with settling in
 * PostgreSQL.
 */
final class SettleBench {

    private static final String BENCH = "settle";
    private static final int MIN_PAYMENTS = 2_000;
    private static final String JANGBU = "jangbu";

    private static final List<Target> TARGETS = List.of(
            new Target(Load.UNIFORM, Strategy.OPTIMISTIC_LOCKING.text(), 5),
            new Target(Load.ONE_SELLER, Strategy.OPTIMISTIC_LOCKING.text(), 50),
            new Target(Load.UNIFORM, Strategy.OPTIMISTIC_BY_PAYMENT.text(), 5),
            new Target(Load.ONE_SELLER, Strategy.OPTIMISTIC_BY_PAYMENT.text(), 50),
            new Target(Load.ONE_SELLER, Strategy.ATOMIC_UPDATE.text(), 8),
            new Target(Load.UNIFORM, Strategy.SET_BASED.text(), 0.7));

    private final BenchOptions options;
    private final ProgressReporter progress;
    private final Clock clock;

    SettleBench(BenchOptions options, ProgressReporter progress, Clock clock) {
        this.options = options;
        this.progress = progress;
        this.clock = clock;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        List<String> parts = new ArrayList<>(BenchStack.BASE);
        parts.addAll(List.of("streams-processor", "ledger-service"));
        try (BenchStack stack = BenchStack.start(options.home(), parts, progress);
                Meter meter = new Meter(stack.address());
                RequestFeed feed = new RequestFeed(stack.address());
                Competitors competitors = new Competitors();
                Profile profile = Profile.of(options, stack, BENCH)) {
            competitors.add(new JangbuCompetitor(stack, feed));
            for (Strategy strategy : options.against()) {
                competitors.add(new SqlCompetitor(strategy, stack, feed, options.defect()));
            }
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress)
                    .run(competitors.measurements(BENCH, options, MIN_PAYMENTS, meter, clock, profile));
            return new Results(BENCH, "payments/s", samples, comparisons(samples), List.of());
        }
    }

    private List<Comparison> comparisons(List<Sample> samples) {
        List<String> others = options.against().stream().map(Strategy::text).toList();
        List<Comparison> comparisons =
                new ArrayList<>(Competitors.compare(BENCH, options, samples, JANGBU, others, TARGETS));
        Comparison.of(
                        "one seller ÷ uniform, jangbu",
                        Comparison.values(samples, BENCH + " " + Load.ONE_SELLER.text(), JANGBU),
                        Comparison.values(samples, BENCH + " " + Load.UNIFORM.text(), JANGBU),
                        1.0,
                        Better.MORE,
                        options.seed())
                .ifPresent(comparisons::add);
        return comparisons;
    }
}
