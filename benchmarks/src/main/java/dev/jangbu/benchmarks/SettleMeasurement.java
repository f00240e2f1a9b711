package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Meter.Metered;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;

/** A competitor under a load. Its batch is sized to keep it busy for some seconds. */
final class SettleMeasurement implements Measurement.Round {

    /** First batch number of the sizing trials, beyond those of the rounds. */
    private static final int FIRST_TRIAL = 1_000;

    private static final int TRIALS = 4;

    private final String cell;
    private final Competitor competitor;
    private final Load load;
    private final BenchOptions options;
    private final Meter meter;
    private final Clock clock;
    private final int minPayments;
    private int payments;

    /** @param minPayments minimum payments of a round */
    SettleMeasurement(
            String cell,
            Competitor competitor,
            Load load,
            BenchOptions options,
            int minPayments,
            Meter meter,
            Clock clock) {
        this.minPayments = Math.min(minPayments, options.maxPayments);
        this.cell = cell;
        this.competitor = competitor;
        this.load = load;
        this.options = options;
        this.meter = meter;
        this.clock = clock;
    }

    @Override
    public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
        if (round == 0) {
            // Start and end dominate a small batch: each trial finds a better size for the next and warms up.
            payments = minPayments;
            boolean converged = false;
            for (int trial = 0; trial < TRIALS && !converged; trial++) {
                int wanted = size(measure(FIRST_TRIAL + trial, payments));
                // The first trial is cold.
                converged = trial > 0 && wanted < payments * 3 / 2;
                payments = Math.max(payments, wanted);
            }
        }
        return List.of(measure(round, payments));
    }

    private int size(Sample sample) {
        long wanted = Math.round(sample.value() * options.seconds);
        return Math.toIntExact(Math.clamp(wanted, minPayments, options.maxPayments));
    }

    private Sample measure(int number, int size) throws IOException, SQLException, InterruptedException {
        Batch batch = Batch.of(options.seed, number, load, size, options.lines, clock.instant());
        competitor.prepare(batch);
        Metered<Long> nanos = meter.measure(competitor.processes(), () -> competitor.settle(batch));
        List<String> errors = Check.errors(batch.expected(), competitor.outcome(batch));
        return new Sample(cell, competitor.name(), number, size * 1e9 / nanos.result(), size, nanos.usage(), errors);
    }
}
