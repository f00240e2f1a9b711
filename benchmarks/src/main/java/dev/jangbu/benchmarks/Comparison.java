package dev.jangbu.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Jangbu compared with a competitor, from the rounds that are accepted for both.
 *
 * @param what for example {@code settle uniform: set-based SQL}
 * @param ratio how many times better Jangbu is
 * @param wanted the target ratio, 0 if there is none
 */
record Comparison(String what, Ratio ratio, double wanted) {

    /** Whether a higher or a lower value is better. */
    enum Better {
        MORE,
        LESS
    }

    /** Compares two competitors of a cell; empty if no round is accepted for both. */
    static Optional<Comparison> of(
            List<Sample> samples, String cell, String jangbu, String theirs, double wanted, Better better, long seed) {
        return of(
                cell + ": " + theirs,
                values(samples, cell, jangbu),
                values(samples, cell, theirs),
                wanted,
                better,
                seed);
    }

    /** Compares any two series by round. */
    static Optional<Comparison> of(
            String what,
            Map<Integer, Double> jangbu,
            Map<Integer, Double> theirs,
            double wanted,
            Better better,
            long seed) {
        double[] pairs = jangbu.keySet().stream()
                .filter(theirs::containsKey)
                .mapToDouble(round -> switch (better) {
                    case MORE -> at(jangbu, round) / at(theirs, round);
                    case LESS -> at(theirs, round) / at(jangbu, round);
                })
                .toArray();
        return pairs.length == 0 ? Optional.empty() : Optional.of(new Comparison(what, Ratio.of(pairs, seed), wanted));
    }

    /** The accepted values of a competitor in a cell, by round. */
    static Map<Integer, Double> values(List<Sample> samples, String cell, String competitor) {
        return samples.stream()
                .filter(sample ->
                        sample.cell().equals(cell) && sample.competitor().equals(competitor) && sample.accepted())
                .collect(Collectors.toMap(Sample::round, Sample::value, (first, second) -> second, TreeMap::new));
    }

    /** True if the median reaches the target; the interval is not considered. */
    boolean met() {
        return ratio.median() >= wanted;
    }

    private static double at(Map<Integer, Double> values, int round) {
        return values.getOrDefault(round, Double.NaN);
    }
}
