package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.benchmarks.Meter.Metered;
import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures the time of a payment from approval to COMPLETED and compares it with the same system under the default
 * intervals of Kafka Streams and Debezium. Payments start at fixed times, at half of the maximum rate, whether or not
 * earlier ones are completed; so no delay is omitted.
 */
record LatencyBench(BenchStack stack, Meter meter, PaymentLoad load, Connector connector, PeerProcess engine) {

    private static final String JANGBU = "jangbu";
    private static final String DEFAULTS = "default intervals";
    private static final String COMPLETED = "latency, approval to COMPLETED, ";
    private static final String ANSWERED = "latency, due to answer, ";
    private static final int CLIENTS = 32;
    private static final int WARM_UP_SECONDS = 100;

    /** Both times are the server's clock at the start of the transactions. */
    private static final String TO_COMPLETED = """
            SELECT (extract(epoch FROM c.at - a.at) * 1000000)::bigint AS micros
            FROM payments p
            JOIN history a ON a.resource_id = p.id AND a.to_status = 'APPROVED'
            JOIN history c ON c.resource_id = p.id AND c.to_status = 'COMPLETED'
            WHERE p.order_id LIKE '%s-order-%%'
            """;

    static Results run(BenchOptions options, ProgressReporter progress)
            throws IOException, SQLException, InterruptedException {
        try (BenchStack stack =
                        new BenchStack(options, progress, "connect", "psp-simulator", "payment-api", "ledger-service");
                Meter meter = new Meter(stack.address());
                PaymentLoad load = new PaymentLoad(stack.address());
                Connector connector = new Connector(stack.address().connect());
                PeerProcess engine = EngineCompetitor.engine(stack)) {
            return new LatencyBench(stack, meter, load, connector, engine).run();
        }
    }

    /** Compares both variants; of the times, less is better. */
    static List<Comparison> comparisons(List<Sample> samples, long seed) {
        Map<Integer, Double> threeMedians = new TreeMap<>(Comparison.values(samples, COMPLETED + "p50", JANGBU));
        threeMedians.replaceAll((round, median) -> 3 * median);
        return Stream.of(
                        Comparison.less(samples, COMPLETED + "p50", JANGBU, DEFAULTS, seed),
                        Comparison.less(samples, COMPLETED + "p99", JANGBU, DEFAULTS, seed),
                        Comparison.less(samples, ANSWERED + "p50", JANGBU, DEFAULTS, seed),
                        Comparison.of(
                                "3 × p50 ÷ p99 of approval to COMPLETED, jangbu",
                                threeMedians,
                                Comparison.values(samples, COMPLETED + "p99", JANGBU),
                                seed))
                .flatMap(Optional::stream)
                .toList();
    }

    private Results run() throws IOException, SQLException, InterruptedException {
        ObjectNode shipped = connector.config();
        ObjectNode defaults = Connector.withDefaultIntervals(shipped);
        startEngine("as-shipped");
        int rate = rate();
        engine.send("stop");
        List<Sample> samples = Rounds.run(
                "latency",
                stack,
                List.of(
                        new Measurement(
                                COMPLETED + "p50, " + JANGBU,
                                round -> measure(JANGBU, "as-shipped", shipped, rate, round)),
                        new Measurement(
                                COMPLETED + "p50, " + DEFAULTS,
                                round -> measure(DEFAULTS, "default-intervals", defaults, rate, round))));
        return new Results(
                "latency",
                "ms",
                samples,
                comparisons(samples, stack.options().seed),
                List.of("%d payments per second at fixed intervals".formatted(rate)));
    }

    private void startEngine(String variant) throws IOException, InterruptedException {
        engine.send("run " + variant + " jangbu-settlement");
    }

    /** Half of the maximum rate. */
    private int rate() {
        BenchOptions options = stack.options();
        if (options.rate > 0) {
            return options.rate;
        }
        load.begin("warm", options.seed);
        Loops.closed(load, CLIENTS, WARM_UP_SECONDS);
        load.begin("max", options.seed);
        long nanos = Loops.closed(load, CLIENTS, options.secondsOfLoad());
        int max = (int) (load.completed() * 1_000_000_000L / nanos);
        stack.progress().print("The machine completes %d payments per second; the load is half of that".formatted(max));
        return Math.max(1, max / 2);
    }

    private List<Sample> measure(String name, String variant, ObjectNode connectorConfig, int rate, int round)
            throws IOException, SQLException, InterruptedException {
        BenchOptions options = stack.options();
        connector.configure(connectorConfig);
        startEngine(variant);
        // Not measured: lets the restarted parts catch up.
        load.begin(variant + "-first-" + round, options.seed);
        Loops.open(load, rate, 2);

        String orders = variant + "-" + round;
        load.begin(orders, options.seed + round);
        Map<String, Long> processes = stack.pids("postgres", "kafka", "connect", "payment-api", "ledger-service");
        processes.put("streams-processor", engine.pid());
        Metered<Histogram> answered = meter.measure(processes, () -> Loops.open(load, rate, options.secondsOfLoad()));
        engine.send("stop");

        List<String> errors = load.errors();
        return Stream.of(Map.entry(COMPLETED, completed(orders)), Map.entry(ANSWERED, answered.result()))
                .flatMap(span -> Stream.of("p50", "p99", "p99.9", "max")
                        .map(percentile -> new Sample(
                                span.getKey() + percentile,
                                name,
                                round,
                                millis(span.getValue(), percentile),
                                load.completed(),
                                answered.usage(),
                                errors)))
                .toList();
    }

    private Histogram completed(String orders) throws SQLException {
        Histogram histogram = Loops.micros();
        try (Connection payments = stack.address().openPayments()) {
            Database.query(
                    payments,
                    TO_COMPLETED.formatted(orders),
                    row -> histogram.recordValue(Math.max(0, row.getLong("micros"))));
        }
        if (histogram.getTotalCount() != load.completed()) {
            throw new CommandException("%d payments completed, but the history has %d"
                    .formatted(load.completed(), histogram.getTotalCount()));
        }
        return histogram;
    }

    private static double millis(Histogram micros, String percentile) {
        return (percentile.equals("max")
                        ? micros.getMaxValue()
                        : micros.getValueAtPercentile(Double.parseDouble(percentile.substring(1))))
                / 1_000.0;
    }
}
