package dev.jangbu.benchmarks;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * How many times better ours is, from rounds in which both were measured under the same circumstances.
 *
 * @param median of the rounds' ratios
 * @param low the lower end of the bootstrap's 95 % interval of the median
 * @param high the upper end
 * @param rounds how many pairs there were
 */
record Ratio(double median, double low, double high, int rounds) {

    private static final int RESAMPLES = 10_000;

    /** @param pairs ours divided by theirs, one for each round, at least one */
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
