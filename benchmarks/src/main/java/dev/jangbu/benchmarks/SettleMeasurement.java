package dev.jangbu.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;

/** A contender with a load. Each gets as much of the same input as keeps it busy for some seconds. */
final class SettleMeasurement implements Measurement {

    /** Told apart from the rounds' batches by its number: what a contender is measured by to find how much it gets. */
    private static final int FIRST_TRIAL = 1_000;

    private static final int TRIALS = 4;

    private final String cell;
    private final Competitor contender;
    private final Load load;
    private final BenchOptions options;
    private final Meter meter;
    private final Clock clock;
    private final int least;
    private int payments;

    /** @param least payments that the contender gets in a round */
    SettleMeasurement(
            String bench, Competitor contender, Load load, BenchOptions options, int least, Meter meter, Clock clock) {
        this.least = Math.min(least, options.mostPayments());
        this.cell = bench + " " + load.text();
        this.contender = contender;
        this.load = load;
        this.options = options;
        this.meter = meter;
        this.clock = clock;
    }

    @Override
    public String title() {
        return cell + ", " + contender.name();
    }

    @Override
    public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
        if (round == 0) {
            // A small batch is all start and end: each trial finds a better size for the next, and warms up.
            payments = least;
            boolean found = false;
            for (int trial = 0; trial < TRIALS && !found; trial++) {
                int wanted = size(measure(FIRST_TRIAL + trial, payments));
                // The first is cold.
                found = trial > 0 && wanted < payments * 3 / 2;
                payments = Math.max(payments, wanted);
            }
        }
        return List.of(measure(round, payments));
    }

    private int size(Sample sample) {
        long wanted = Math.round(sample.value() * options.seconds());
        return Math.toIntExact(Math.clamp(wanted, least, options.mostPayments()));
    }

    private Sample measure(int number, int size) throws IOException, SQLException, InterruptedException {
        Batch batch = Batch.of(options.seed(), number, load, size, options.lines(), clock.instant());
        contender.prepare(batch);
        meter.checkpoint();
        Meter.Reading before = meter.start(contender.processes());
        long nanos = contender.settle(batch);
        Usage usage = meter.since(before);
        List<String> refusals = Check.refusals(batch.expected(), contender.outcome(batch));
        return new Sample(cell, contender.name(), number, size * 1e9 / nanos, size, usage, refusals);
    }
}
