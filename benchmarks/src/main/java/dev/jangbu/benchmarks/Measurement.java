package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/**
 * One measurement of each round.
 *
 * @param title the label in the progress output
 */
record Measurement(String title, Round round) {

    /** Measures one round. */
    @FunctionalInterface
    interface Round {

        /** @param number 0 is the warm-up, whose samples are discarded */
        List<Sample> measure(int number) throws IOException, SQLException, InterruptedException;
    }
}
