package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Comparison.Better;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The competitors that settle the same input; closed together. */
final class Competitors implements AutoCloseable {

    private final List<Competitor> all = new ArrayList<>();

    void add(Competitor competitor) {
        all.add(competitor);
    }

    /**
     * One measurement per load and competitor.
     *
     * @param minPayments minimum payments of a round
     */
    List<Measurement> measurements(
            String bench, BenchOptions options, int minPayments, Meter meter, Clock clock, Profile profile) {
        List<Measurement> measurements = new ArrayList<>();
        for (Load load : options.loads()) {
            for (Competitor competitor : all) {
                measurements.add(profile.over(
                        new SettleMeasurement(bench, competitor, load, options, minPayments, meter, clock)));
            }
        }
        return measurements;
    }

    /** A target ratio for a competitor under a load. */
    record Target(Load load, String theirs, double ratio) {}

    /** Compares one competitor with the others under each load; without a target the wanted ratio is 0. */
    static List<Comparison> compare(
            String bench,
            BenchOptions options,
            List<Sample> samples,
            String jangbu,
            List<String> others,
            List<Target> targets) {
        List<Comparison> comparisons = new ArrayList<>();
        for (Load load : options.loads()) {
            for (String theirs : others) {
                double wanted = targets.stream()
                        .filter(target ->
                                target.load() == load && target.theirs().equals(theirs))
                        .mapToDouble(Target::ratio)
                        .findFirst()
                        .orElse(0);
                Optional<Comparison> comparison = Comparison.of(
                        samples, bench + " " + load.text(), jangbu, theirs, wanted, Better.MORE, options.seed());
                comparison.ifPresent(comparisons::add);
            }
        }
        return comparisons;
    }

    @Override
    public void close() {
        all.forEach(Competitor::close);
    }
}
