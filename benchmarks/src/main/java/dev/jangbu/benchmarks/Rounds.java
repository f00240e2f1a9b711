package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Every contender once in each round, in an order that is shuffled anew: what disturbs the machine disturbs all alike. */
final class Rounds {

    private final long seed;
    private final int rounds;
    private final Progress progress;

    Rounds(long seed, int rounds, Progress progress) {
        this.seed = seed;
        this.rounds = rounds;
        this.progress = progress;
    }

    /** Runs them, the discarded one first; the samples of the others. */
    List<Sample> run(List<Measurement> slots) throws IOException, SQLException, InterruptedException {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            List<Measurement> order = new ArrayList<>(slots);
            Collections.shuffle(order, random);
            for (Measurement slot : order) {
                List<Sample> measured = slot.measure(round);
                tell(round, slot, measured);
                if (round > 0) {
                    samples.addAll(measured);
                }
            }
        }
        return samples;
    }

    private void tell(int round, Measurement slot, List<Sample> measured) {
        Sample first = measured.getFirst();
        progress.say("%s  %-46s %,12.0f%s"
                .formatted(
                        round == 0 ? "warm-up  " : "round " + round + "/" + rounds,
                        slot.title(),
                        first.value(),
                        first.counts() ? "" : "   REFUSED: " + String.join("; ", first.refusals())));
    }
}
