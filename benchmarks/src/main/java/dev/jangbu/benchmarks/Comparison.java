package dev.jangbu.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Ours against another, from the rounds in which both count.
 *
 * @param what for instance {@code settle uniform: set-based SQL}
 * @param ratio how many times better ours is
 * @param wanted the ratio that we want at least
 */
record Comparison(String what, Ratio ratio, double wanted) {

    /** Whether more is better, or less. */
    enum Better {
        MORE,
        LESS
    }

    /** Empty if there is no round in which both count. */
    static Optional<Comparison> of(
            List<Sample> samples, String cell, String ours, String theirs, double wanted, Better better, long seed) {
        return of(
                cell + ": " + theirs, values(samples, cell, ours), values(samples, cell, theirs), wanted, better, seed);
    }

    /** The same, of any two series. */
    static Optional<Comparison> of(
            String what,
            Map<Integer, Double> ours,
            Map<Integer, Double> theirs,
            double wanted,
            Better better,
            long seed) {
        double[] pairs = ours.keySet().stream()
                .filter(theirs::containsKey)
                .mapToDouble(round -> switch (better) {
                    case MORE -> at(ours, round) / at(theirs, round);
                    case LESS -> at(theirs, round) / at(ours, round);
                })
                .toArray();
        return pairs.length == 0 ? Optional.empty() : Optional.of(new Comparison(what, Ratio.of(pairs, seed), wanted));
    }

    /** What counts of a contender in a cell, by round. */
    static Map<Integer, Double> values(List<Sample> samples, String cell, String contender) {
        return samples.stream()
                .filter(sample ->
                        sample.cell().equals(cell) && sample.contender().equals(contender) && sample.counts())
                .collect(Collectors.toMap(Sample::round, Sample::value, (first, second) -> second, TreeMap::new));
    }

    /** Whether it is as wanted: the median, not the interval's end. */
    boolean met() {
        return ratio.median() >= wanted;
    }

    private static double at(Map<Integer, Double> values, int round) {
        return values.getOrDefault(round, Double.NaN);
    }
}
