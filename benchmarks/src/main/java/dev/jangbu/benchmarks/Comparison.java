package dev.jangbu.benchmarks;

import static java.util.Map.entry;

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

    private static final Map<String, Double> TARGETS = Map.ofEntries(
            entry("settle uniform: optimistic locking", 5.0),
            entry("settle one-seller: optimistic locking", 50.0),
            entry("settle uniform: optimistic locking, by payment", 5.0),
            entry("settle one-seller: optimistic locking, by payment", 50.0),
            entry("settle one-seller: atomic update", 8.0),
            entry("settle uniform: set-based SQL", 0.7),
            entry("one seller ÷ uniform, jangbu", 1.0),
            entry("engine uniform: pass-through", 0.6),
            entry("engine uniform: at least once", 0.85),
            entry("api: pgbench TPC-B", 0.5),
            entry("latency, approval to COMPLETED, p50: default intervals", 8.0),
            entry("3 × p50 ÷ p99 of approval to COMPLETED, jangbu", 1.0),
            entry("cdc: bare slot", 0.3));

    /** Compares two competitors of a cell in which more is better; empty if no round is accepted for both. */
    static Optional<Comparison> more(List<Sample> samples, String cell, String jangbu, String theirs, long seed) {
        return of(cell + ": " + theirs, values(samples, cell, jangbu), values(samples, cell, theirs), seed);
    }

    /** Compares two competitors of a cell in which less is better; empty if no round is accepted for both. */
    static Optional<Comparison> less(List<Sample> samples, String cell, String jangbu, String theirs, long seed) {
        return of(cell + ": " + theirs, values(samples, cell, theirs), values(samples, cell, jangbu), seed);
    }

    /** Divides two series by round; empty if they have no round in common. */
    static Optional<Comparison> of(
            String what, Map<Integer, Double> dividends, Map<Integer, Double> divisors, long seed) {
        double[] quotients = dividends.entrySet().stream()
                .filter(dividend -> divisors.containsKey(dividend.getKey()))
                .mapToDouble(dividend -> dividend.getValue() / divisors.getOrDefault(dividend.getKey(), Double.NaN))
                .toArray();
        return quotients.length == 0
                ? Optional.empty()
                : Optional.of(new Comparison(what, Ratio.of(quotients, seed), TARGETS.getOrDefault(what, 0.0)));
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
}
