package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.benchmarks.Comparison.Better;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures the time of a payment from approval to COMPLETED and compares it with the same system under the default
 * intervals of Kafka Streams and Debezium. Payments start at fixed times, at half of the maximum rate, whether or not
 * earlier ones are completed; so no delay is omitted.
 */
final class LatencyBench {

    private static final String JANGBU = "jangbu";
    private static final String DEFAULTS = "default intervals";
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(60);
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

    private final BenchOptions options;
    private final ProgressReporter progress;

    LatencyBench(BenchOptions options, ProgressReporter progress) {
        this.options = options;
        this.progress = progress;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        List<String> parts = new ArrayList<>(BenchStack.BASE);
        parts.addAll(List.of("connect", "psp-simulator", "payment-api", "ledger-service"));
        try (BenchStack stack = BenchStack.start(options.home(), parts, progress);
                Meter meter = new Meter(stack.address());
                PaymentLoad load = new PaymentLoad(stack.address());
                Connector connector = new Connector(stack.address().connect());
                PeerProcess engine = EngineCompetitor.engine(stack)) {
            ObjectNode jangbu = connector.config();
            engine.send(COMMAND_TIMEOUT, "run as-shipped jangbu-settlement");
            int rate = rate(load);
            engine.send(COMMAND_TIMEOUT, "stop");
            List<Measurement> measurements = List.of(
                    new LatencyMeasurement(JANGBU, "as-shipped", jangbu, rate, stack, meter, load, connector, engine),
                    new LatencyMeasurement(
                            DEFAULTS,
                            "default-intervals",
                            Connector.withDefaultIntervals(jangbu),
                            rate,
                            stack,
                            meter,
                            load,
                            connector,
                            engine));
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress).run(measurements);
            return new Results(
                    "latency",
                    "ms",
                    samples,
                    comparisons(samples),
                    List.of("%d payments per second at fixed intervals".formatted(rate)));
        }
    }

    /** Half of the maximum rate. */
    private int rate(PaymentLoad load) throws IOException, InterruptedException {
        if (options.rate() > 0) {
            return options.rate();
        }
        load.begin("warm", new Random(options.seed()), Load.UNIFORM);
        new ClosedLoop(load, CLIENTS).run(WARM_UP_SECONDS);
        load.begin("max", new Random(options.seed()), Load.UNIFORM);
        long nanos = new ClosedLoop(load, CLIENTS).run(options.secondsOfLoad());
        int max = (int) (load.completed() * 1_000_000_000L / nanos);
        progress.print("The machine completes %d payments per second; the load is half of that".formatted(max));
        return Math.max(1, max / 2);
    }

    private List<Comparison> comparisons(List<Sample> samples) {
        return Stream.of(
                        Comparison.of(
                                samples,
                                cell("approval to COMPLETED", "p50"),
                                JANGBU,
                                DEFAULTS,
                                8,
                                Better.LESS,
                                options.seed()),
                        Comparison.of(
                                samples,
                                cell("approval to COMPLETED", "p99"),
                                JANGBU,
                                DEFAULTS,
                                0,
                                Better.LESS,
                                options.seed()),
                        Comparison.of(
                                samples,
                                cell("due to answer", "p50"),
                                JANGBU,
                                DEFAULTS,
                                0,
                                Better.LESS,
                                options.seed()),
                        Comparison.of(
                                "3 × p50 ÷ p99 of approval to COMPLETED, jangbu",
                                times(3, Comparison.values(samples, cell("approval to COMPLETED", "p50"), JANGBU)),
                                Comparison.values(samples, cell("approval to COMPLETED", "p99"), JANGBU),
                                1,
                                Better.MORE,
                                options.seed()))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Map<Integer, Double> times(double factor, Map<Integer, Double> values) {
        Map<Integer, Double> multiplied = new TreeMap<>();
        values.forEach((round, value) -> multiplied.put(round, factor * value));
        return multiplied;
    }

    private static String cell(String span, String percentile) {
        return "latency, " + span + ", " + percentile;
    }

    private final class LatencyMeasurement implements Measurement {

        private final String name;
        private final String variant;
        private final ObjectNode connectorConfig;
        private final int rate;
        private final BenchStack stack;
        private final Meter meter;
        private final PaymentLoad load;
        private final Connector connector;
        private final PeerProcess engine;

        LatencyMeasurement(
                String name,
                String variant,
                ObjectNode connectorConfig,
                int rate,
                BenchStack stack,
                Meter meter,
                PaymentLoad load,
                Connector connector,
                PeerProcess engine) {
            this.name = name;
            this.variant = variant;
            this.connectorConfig = connectorConfig;
            this.rate = rate;
            this.stack = stack;
            this.meter = meter;
            this.load = load;
            this.connector = connector;
            this.engine = engine;
        }

        @Override
        public String title() {
            return cell("approval to COMPLETED", "p50") + ", " + name;
        }

        @Override
        public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
            connector.configure(connectorConfig);
            engine.send(COMMAND_TIMEOUT, "run " + variant + " jangbu-settlement");
            // Not measured: lets the restarted parts catch up.
            load.begin(variant + "-first-" + round, new Random(options.seed()), Load.UNIFORM);
            new OpenLoop(load, rate).run(2);

            String orders = variant + "-" + round;
            load.begin(orders, new Random(options.seed() + round), Load.UNIFORM);
            meter.checkpoint();
            Meter.MeterReading before = meter.start(Map.of(
                    "postgres", stack.pid("postgres"),
                    "kafka", stack.pid("kafka"),
                    "connect", stack.pid("connect"),
                    "payment-api", stack.pid("payment-api"),
                    "ledger-service", stack.pid("ledger-service"),
                    "streams-processor", engine.pid()));
            Histogram responded = new OpenLoop(load, rate).run(options.secondsOfLoad());
            Usage usage = meter.since(before);
            engine.send(COMMAND_TIMEOUT, "stop");

            Histogram completed = completed(orders);
            List<String> errors = load.errors();
            List<Sample> samples = new ArrayList<>();
            for (Map.Entry<String, Histogram> span : Map.of(
                            "approval to COMPLETED", completed, "due to answer", responded)
                    .entrySet()) {
                for (double percentile : new double[] {50, 99, 99.9, 100}) {
                    samples.add(new Sample(
                            cell(span.getKey(), percentile == 100 ? "max" : "p" + text(percentile)),
                            name,
                            round,
                            span.getValue().getValueAtPercentile(percentile) / 1_000.0,
                            load.completed(),
                            usage,
                            errors));
                }
            }
            samples.sort((one, other) -> one.cell().compareTo(other.cell()));
            return samples.stream()
                    .sorted((one, other) -> Boolean.compare(
                            other.cell().equals(cell("approval to COMPLETED", "p50")),
                            one.cell().equals(cell("approval to COMPLETED", "p50"))))
                    .toList();
        }

        private Histogram completed(String orders) throws SQLException {
            Histogram histogram = OpenLoop.micros();
            try (Connection payments = stack.address().openPayments()) {
                Database.query(
                        payments,
                        TO_COMPLETED.formatted(orders),
                        row -> histogram.recordValue(Math.max(0, row.getLong("micros"))));
            }
            if (histogram.getTotalCount() != load.completed()) {
                throw new BenchException("%d payments completed, but the history has %d"
                        .formatted(load.completed(), histogram.getTotalCount()));
            }
            return histogram;
        }

        private static String text(double percentile) {
            return percentile == Math.rint(percentile)
                    ? Long.toString(Math.round(percentile))
                    : Double.toString(percentile);
        }
    }
}
