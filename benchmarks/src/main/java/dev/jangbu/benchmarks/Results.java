package dev.jangbu.benchmarks;

import java.util.List;

/**
 * The results of a benchmark.
 *
 * @param bench its name on the command line
 * @param unit of the samples' values
 * @param notes remarks for the reader, for example about skipped competitors
 */
record Results(String bench, String unit, List<Sample> samples, List<Comparison> comparisons, List<String> notes) {

    /** True if a round was rejected. */
    boolean anyRejected() {
        return samples.stream().anyMatch(sample -> !sample.accepted());
    }
}
