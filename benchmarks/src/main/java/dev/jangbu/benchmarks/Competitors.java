package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Comparison.Better;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Those who settle the same input; closed together. */
final class Competitors implements AutoCloseable {

    private final List<Competitor> all = new ArrayList<>();

    void add(Competitor contender) {
        all.add(contender);
    }

    /**
     * Each of them with each load.
     *
     * @param least payments that a contender gets in a round
     */
    List<Measurement> slots(String bench, BenchOptions options, int least, Meter meter, Clock clock, Profile profile) {
        List<Measurement> slots = new ArrayList<>();
        for (Load load : options.loads()) {
            for (Competitor contender : all) {
                slots.add(profile.over(new SettleMeasurement(bench, contender, load, options, least, meter, clock)));
            }
        }
        return slots;
    }

    /** What we want of one against another, with one load. */
    record Want(Load load, String theirs, double ratio) {}

    /** One against each other, with each load; without a target where nothing is wanted. */
    static List<Comparison> compare(
            String bench,
            BenchOptions options,
            List<Sample> samples,
            String ours,
            List<String> others,
            List<Want> wants) {
        List<Comparison> comparisons = new ArrayList<>();
        for (Load load : options.loads()) {
            for (String theirs : others) {
                double wanted = wants.stream()
                        .filter(want -> want.load() == load && want.theirs().equals(theirs))
                        .mapToDouble(Want::ratio)
                        .findFirst()
                        .orElse(0);
                Optional<Comparison> comparison = Comparison.of(
                        samples, bench + " " + load.text(), ours, theirs, wanted, Better.MORE, options.seed());
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
