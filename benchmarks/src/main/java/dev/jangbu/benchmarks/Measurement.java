package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** One measurement of each round. */
interface Measurement {

    /** The label in the progress output. */
    String title();

    /**
     * Measures one round.
     *
     * @param round 0 is the warm-up, whose samples are discarded
     */
    List<Sample> measure(int round) throws IOException, SQLException, InterruptedException;
}
