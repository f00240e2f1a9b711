package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The competitors that settle the same input, Jangbu first; closed together. */
final class Competitors implements AutoCloseable {

    private final List<Competitor> all = new ArrayList<>();

    void add(Competitor competitor) {
        all.add(competitor);
    }

    /**
     * Measures every competitor under every load and compares Jangbu with the others.
     *
     * @param minPayments minimum payments of a round
     */
    Results run(String bench, BenchStack stack, int minPayments, Meter meter, Clock clock)
            throws IOException, SQLException, InterruptedException {
        BenchOptions options = stack.options();
        List<Measurement> measurements = new ArrayList<>();
        for (Load load : options.loads()) {
            for (Competitor competitor : all) {
                String cell = bench + " " + load.text();
                measurements.add(new Measurement(
                        cell + ", " + competitor.name(),
                        new SettleMeasurement(cell, competitor, load, options, minPayments, meter, clock)));
            }
        }
        List<Sample> samples = Rounds.run(bench, stack, measurements);
        return new Results(bench, "payments/s", samples, comparisons(bench, options, samples), List.of());
    }

    @Override
    public void close() {
        all.forEach(Competitor::close);
    }

    private List<Comparison> comparisons(String bench, BenchOptions options, List<Sample> samples) {
        return options.loads().stream()
                .map(load -> bench + " " + load.text())
                .flatMap(cell -> all.stream()
                        .skip(1)
                        .map(theirs ->
                                Comparison.more(samples, cell, all.getFirst().name(), theirs.name(), options.seed)))
                .flatMap(Optional::stream)
                .toList();
    }
}
