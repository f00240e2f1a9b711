package dev.jangbu.benchmarks;

import java.nio.file.Path;
import java.util.List;

/**
 * The command line's options.
 *
 * @param home the root of the repository
 * @param seed determines all input and the order of the rounds
 * @param rounds measured rounds, without the warm-up
 * @param seconds approximate duration of a competitor's round
 * @param loads of the settle benchmark
 * @param against competitors of the settle benchmark
 * @param lines sellers per payment
 * @param maxPayments the maximum payments of a competitor's round
 * @param rate payments per second of the latency benchmark; 0: half of the measured maximum
 * @param defect injected to test the check
 * @param jfr whether Jangbu's processes write a flight recording
 */
record BenchOptions(
        Path home,
        long seed,
        int rounds,
        double seconds,
        List<Load> loads,
        List<SqlCompetitor.Strategy> against,
        int lines,
        int maxPayments,
        int rate,
        InjectedDefect defect,
        boolean jfr) {

    /** Duration of a load over HTTP: it needs longer than a drain to reach a steady state. */
    int secondsOfLoad() {
        return Math.max(1, (int) Math.round(seconds * 2));
    }
}
