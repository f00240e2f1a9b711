package dev.jangbu.benchmarks;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The ratio of two measurements, from rounds in which both were measured.
 *
 * @param median of the rounds' ratios
 * @param low the lower end of the 95 % bootstrap interval of the median
 * @param high the upper end
 * @param rounds the number of pairs
 */
record Ratio(double median, double low, double high, int rounds) {

    private static final int RESAMPLES = 10_000;

    /**
     * Computes the ratio.
     *
     * @param pairs quotients, one per round, at least one
     */
    static Ratio of(double[] pairs, long seed) {
        Random random = new Random(seed);
        double[] medians = IntStream.range(0, RESAMPLES)
                .mapToDouble(i -> median(random.ints(pairs.length, 0, pairs.length)
                        .mapToDouble(at -> pairs[at])
                        .toArray()))
                .sorted()
                .toArray();
        return new Ratio(median(pairs), medians[RESAMPLES * 25 / 1000], medians[RESAMPLES * 975 / 1000], pairs.length);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
