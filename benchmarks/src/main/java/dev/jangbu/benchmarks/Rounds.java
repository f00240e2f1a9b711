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

    private Rounds() {}

    /** Runs a discarded warm-up round, then the others; returns the samples of the latter. */
    static List<Sample> run(String bench, BenchStack stack, List<Measurement> measurements)
            throws IOException, SQLException, InterruptedException {
        BenchOptions options = stack.options();
        Random random = new Random(options.seed);
        List<Sample> samples = new ArrayList<>();
        for (int round = 0; round <= options.rounds; round++) {
            if (round == 1 && options.profile) {
                stack.record(bench);
            }
            List<Measurement> order = new ArrayList<>(measurements);
            Collections.shuffle(order, random);
            for (Measurement measurement : order) {
                List<Sample> measured = measurement.round().measure(round);
                Sample first = measured.getFirst();
                stack.progress()
                        .print("%s  %-46s %,12.0f%s"
                                .formatted(
                                        round == 0 ? "warm-up  " : "round " + round + "/" + options.rounds,
                                        measurement.title(),
                                        first.value(),
                                        first.accepted() ? "" : "   REFUSED: " + String.join("; ", first.errors())));
                if (round > 0) {
                    samples.addAll(measured);
                }
            }
        }
        return samples;
    }
}
