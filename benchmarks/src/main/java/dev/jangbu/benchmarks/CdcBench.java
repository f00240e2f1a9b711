package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Meter.Metered;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Measures how fast Debezium publishes a backlog of the outbox to Kafka, and compares it with a reader of the same
 * changes that discards them: the maximum rate of PostgreSQL's logical decoding.
 */
record CdcBench(BenchStack stack, Meter meter, Connector connector, TopicReader requests, OutboxBacklog backlog) {

    private static final String CELL = "cdc";
    private static final String JANGBU = "jangbu";
    private static final String BARE = "bare slot";

    static Results run(BenchOptions options, ProgressReporter progress, Clock clock)
            throws IOException, SQLException, InterruptedException {
        try (BenchStack stack = new BenchStack(options, progress, "connect", "payment-api");
                Meter meter = new Meter(stack.address());
                Connector connector = new Connector(stack.address().connect());
                TopicReader requests = new TopicReader(stack.address(), Topics.SETTLEMENT_REQUESTS.name())) {
            return new CdcBench(stack, meter, connector, requests, new OutboxBacklog(stack, clock)).run(options);
        }
    }

    private Results run(BenchOptions options) throws IOException, SQLException, InterruptedException {
        List<Sample> samples = Rounds.run(
                CELL,
                stack,
                List.of(
                        new Measurement("cdc, outbox to Kafka", this::measureDebezium),
                        new Measurement("cdc, bare slot", this::measureBareSlot)));
        return new Results(
                CELL,
                "rows/s",
                samples,
                Comparison.more(samples, CELL, JANGBU, BARE, options.seed).stream()
                        .toList(),
                List.of("%,d rows, %d per transaction".formatted(rows(1), OutboxBacklog.ROWS_PER_TRANSACTION)));
    }

    private int rows(int round) {
        int most = stack.options().maxPayments;
        return round == 0 ? Math.min(20_000, most) : most;
    }

    private List<Sample> measureDebezium(int round) throws IOException, SQLException, InterruptedException {
        connector.stop();
        int rows = rows(round);
        Set<String> expected = backlog.insert(2 * round, rows);
        requests.mark();
        Metered<TopicReader.Read> metered = meter.measure(stack.pids("postgres", "connect", "kafka"), () -> {
            connector.resume();
            return requests.await(rows);
        });
        connector.awaitRunning();
        TopicReader.Read read = metered.result();
        List<String> received = Stream.concat(read.records().stream(), requests.rest().stream())
                .map(record -> String.valueOf(EventHeaders.text(record.headers(), EventHeaders.CE_ID)))
                .toList();
        // From the first batch received: a task's start takes a second or two once.
        double perSecond = (rows - read.first()) * 1e9 / (read.lastAtNanos() - read.firstAtNanos());
        return List.of(new Sample(CELL, JANGBU, round, perSecond, rows, metered.usage(), errors(expected, received)));
    }

    private List<Sample> measureBareSlot(int round) throws IOException, SQLException, InterruptedException {
        connector.stop();
        int rows = rows(round);
        try (ReplicationSlotReader reader = new ReplicationSlotReader(Database.of(stack.address(), "jangbu_payment"))) {
            Set<String> expected = backlog.insert(2 * round + 1, rows);
            Map<String, Long> processes = stack.pids("postgres");
            processes.put("reader", ProcessHandle.current().pid());
            Metered<ReplicationSlotReader.Drained> metered = meter.measure(processes, () -> reader.drain(rows));
            // Let Debezium read these rows as well, outside of the measurement.
            requests.mark();
            connector.resume();
            requests.await(rows);
            connector.awaitRunning();
            double perSecond = (rows - 1) * 1e9 / metered.result().nanos();
            List<String> errors = errors(expected, metered.result().ids());
            return List.of(new Sample(CELL, BARE, round, perSecond, rows, metered.usage(), errors));
        }
    }

    private static List<String> errors(Set<String> expected, List<String> received) {
        Set<String> distinct = new HashSet<>(received);
        List<String> errors = new ArrayList<>();
        if (distinct.size() < received.size()) {
            errors.add((received.size() - distinct.size()) + " rows were duplicated");
        }
        if (!distinct.equals(expected)) {
            errors.add("%d distinct rows instead of %d".formatted(distinct.size(), expected.size()));
        }
        return errors;
    }
}
