package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;

/** One way to settle payments. Its processes live through all rounds, so that they are warm. */
interface Competitor extends AutoCloseable {

    /** As the report has it. */
    String name();

    /** What its rounds are charged with: process ids by name. */
    Map<String, Long> processes() throws IOException;

    /** Gets the input in place, unmeasured. */
    void prepare(Batch batch) throws IOException, SQLException, InterruptedException;

    /**
     * Settles what was prepared.
     *
     * @return from the beginning of consumption to the last result being visible, nanoseconds
     * @throws BenchException if it isn't done in reasonable time
     */
    long settle(Batch batch) throws IOException, SQLException, InterruptedException;

    /** What it has made of the batch. */
    Outcome outcome(Batch batch) throws IOException, SQLException, InterruptedException;

    @Override
    void close();
}
