package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;

/** A system that settles payments. Its processes run through all rounds, so that they are warm. */
interface Competitor extends AutoCloseable {

    /** The name in the report. */
    String name();

    /** The processes whose resource use is measured: process ids by name. */
    Map<String, Long> processes();

    /** Puts the input in place, outside of the measurement. */
    void prepare(Batch batch) throws IOException, SQLException, InterruptedException;

    /**
     * Settles the prepared batch.
     *
     * @return nanoseconds from the start of consumption until the last result is visible
     * @throws CommandException if it isn't done in time
     */
    long settle(Batch batch) throws IOException, SQLException, InterruptedException;

    /** Reads the results of the batch. */
    Outcome outcome(Batch batch) throws IOException, SQLException, InterruptedException;

    @Override
    void close();
}
