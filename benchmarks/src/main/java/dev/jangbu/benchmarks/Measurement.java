package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** A contender's place in each round. */
interface Measurement {

    /** For the progress. */
    String title();

    /**
     * Measures.
     *
     * @param round 0 is the one that warms up and is discarded
     */
    List<Sample> measure(int round) throws IOException, SQLException, InterruptedException;
}
