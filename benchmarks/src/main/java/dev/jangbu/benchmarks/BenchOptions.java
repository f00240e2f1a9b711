package dev.jangbu.benchmarks;

import java.nio.file.Path;
import java.util.List;

/**
 * What the command line says.
 *
 * @param home the root of the repository
 * @param seed decides all input and the order of the rounds
 * @param rounds that count, besides the discarded one
 * @param seconds how long a contender should be busy in a round, about
 * @param loads for the settlement
 * @param against who settles in PostgreSQL beside us
 * @param lines sellers of a payment
 * @param mostPayments the most that a contender gets in a round
 * @param rate of the latency bench, payments per second; 0: half of what the machine can
 * @param plant a fault, to see it found
 * @param jfr whether our processes write a flight recording
 */
record BenchOptions(
        Path home,
        long seed,
        int rounds,
        double seconds,
        List<Load> loads,
        List<SqlCompetitor.Way> against,
        int lines,
        int mostPayments,
        int rate,
        InjectedDefect plant,
        boolean jfr) {

    /** How long a load over HTTP lasts in a round: it needs longer than a drain to be steady. */
    int secondsOfLoad() {
        return Math.max(1, (int) Math.round(seconds * 2));
    }
}
