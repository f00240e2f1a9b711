package dev.jangbu.benchmarks;

import java.util.List;

/**
 * What a bench has found.
 *
 * @param bench its name on the command line
 * @param unit of the samples' values
 * @param notes what must be known to read it, for instance what was left out
 */
record Results(String bench, String unit, List<Sample> samples, List<Comparison> comparisons, List<String> notes) {

    /** Whether a round was refused. */
    boolean anyRefused() {
        return samples.stream().anyMatch(sample -> !sample.counts());
    }
}
