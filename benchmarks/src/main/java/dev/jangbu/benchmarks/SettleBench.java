package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Comparison.Better;
import dev.jangbu.benchmarks.Competitors.Want;
import dev.jangbu.benchmarks.SqlCompetitor.Way;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** How many payments are settled in a second, from the request in Kafka to the end, beside what settles in PostgreSQL. */
final class SettleBench {

    private static final String BENCH = "settle";
    private static final int LEAST = 2_000;
    private static final String OURS = "jangbu";

    private static final List<Want> WANTS = List.of(
            new Want(Load.UNIFORM, Way.OPTIMISTIC_LOCKING.text(), 5),
            new Want(Load.ONE_SELLER, Way.OPTIMISTIC_LOCKING.text(), 50),
            new Want(Load.UNIFORM, Way.OPTIMISTIC_BY_PAYMENT.text(), 5),
            new Want(Load.ONE_SELLER, Way.OPTIMISTIC_BY_PAYMENT.text(), 50),
            new Want(Load.ONE_SELLER, Way.ATOMIC_UPDATE.text(), 8),
            new Want(Load.UNIFORM, Way.SET_BASED.text(), 0.7));

    private final BenchOptions options;
    private final Progress progress;
    private final Clock clock;

    SettleBench(BenchOptions options, Progress progress, Clock clock) {
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
                Competitors contenders = new Competitors();
                Profile profile = Profile.of(options, stack, BENCH)) {
            contenders.add(new JangbuCompetitor(stack, feed));
            for (Way way : options.against()) {
                contenders.add(new SqlCompetitor(way, stack, feed, options.plant()));
            }
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress)
                    .run(contenders.slots(BENCH, options, LEAST, meter, clock, profile));
            return new Results(BENCH, "payments/s", samples, comparisons(samples), List.of());
        }
    }

    private List<Comparison> comparisons(List<Sample> samples) {
        List<String> others = options.against().stream().map(Way::text).toList();
        List<Comparison> comparisons =
                new ArrayList<>(Competitors.compare(BENCH, options, samples, OURS, others, WANTS));
        Comparison.of(
                        "one seller ÷ uniform, jangbu",
                        Comparison.values(samples, BENCH + " " + Load.ONE_SELLER.text(), OURS),
                        Comparison.values(samples, BENCH + " " + Load.UNIFORM.text(), OURS),
                        1.0,
                        Better.MORE,
                        options.seed())
                .ifPresent(comparisons::add);
        return comparisons;
    }
}
