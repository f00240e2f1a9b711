package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Runs every measurement once per round, in an order shuffled for each round, so that disturbances affect all alike.
 */
final class Rounds {

    private final long seed;
    private final int rounds;
    private final ProgressReporter progress;

    Rounds(long seed, int rounds, ProgressReporter progress) {
        this.seed = seed;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** Runs a discarded warm-up round, then the others; returns the samples of the latter. */
    List<Sample> run(List<Measurement> measurements) throws IOException, SQLException, InterruptedException {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            List<Measurement> order = new ArrayList<>(measurements);
            Collections.shuffle(order, random);
            for (Measurement measurement : order) {
                List<Sample> measured = measurement.measure(round);
                print(round, measurement, measured);
                if (round > 0) {
                    samples.addAll(measured);
                }
            }
        }
        return samples;
    }

    private void print(int round, Measurement measurement, List<Sample> measured) {
        Sample first = measured.getFirst();
        progress.print("%s  %-46s %,12.0f%s"
                .formatted(
                        round == 0 ? "warm-up  " : "round " + round + "/" + rounds,
                        measurement.title(),
                        first.value(),
                        first.accepted() ? "" : "   REFUSED: " + String.join("; ", first.errors())));
    }
}
