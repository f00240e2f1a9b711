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
 * How long a payment takes from its approval to COMPLETED, beside the same system with the intervals that Kafka Streams and
 * Debezium have by themselves. Buyers come at fixed times, whether or not those before them are done, at half of the rate
 * that the machine can; nobody who waits keeps others from coming, so no delay is left out.
 */
final class LatencyBench {

    private static final String OURS = "jangbu";
    private static final String DEFAULTS = "default intervals";
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(60);
    private static final int CLIENTS = 32;
    private static final int WARM_UP_SECONDS = 100;

    /** Both transactions' times are the server's own; they are when the transactions began. */
    private static final String TO_COMPLETED = """
            SELECT (extract(epoch FROM c.at - a.at) * 1000000)::bigint AS micros
            FROM payments p
            JOIN history a ON a.resource_id = p.id AND a.to_status = 'APPROVED'
            JOIN history c ON c.resource_id = p.id AND c.to_status = 'COMPLETED'
            WHERE p.order_id LIKE '%s-order-%%'
            """;

    private final BenchOptions options;
    private final Progress progress;

    LatencyBench(BenchOptions options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        List<String> parts = new ArrayList<>(BenchStack.BASE);
        parts.addAll(List.of("connect", "psp-simulator", "payment-api", "ledger-service"));
        try (BenchStack stack = BenchStack.start(options.home(), parts, progress);
                Meter meter = new Meter(stack.address());
                Buyers buyers = new Buyers(stack.address());
                Connector connector = new Connector(stack.address().connect());
                PeerProcess engine = EngineCompetitor.engine(stack)) {
            ObjectNode ours = connector.config();
            engine.ask(ANSWERED_WITHIN, "run as-shipped jangbu-settlement");
            int rate = rate(buyers);
            engine.ask(ANSWERED_WITHIN, "stop");
            List<Measurement> slots = List.of(
                    new LatencySlot(OURS, "as-shipped", ours, rate, stack, meter, buyers, connector, engine),
                    new LatencySlot(
                            DEFAULTS,
                            "default-intervals",
                            Connector.withDefaultIntervals(ours),
                            rate,
                            stack,
                            meter,
                            buyers,
                            connector,
                            engine));
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress).run(slots);
            return new Results(
                    "latency",
                    "ms",
                    samples,
                    comparisons(samples),
                    List.of("%d payments per second, one at a time at fixed intervals".formatted(rate)));
        }
    }

    /** Half of what the machine can. */
    private int rate(Buyers buyers) throws IOException, InterruptedException {
        if (options.rate() > 0) {
            return options.rate();
        }
        buyers.begin("warm", new Random(options.seed()), Load.UNIFORM);
        new ClosedLoop(buyers, CLIENTS).run(WARM_UP_SECONDS);
        buyers.begin("most", new Random(options.seed()), Load.UNIFORM);
        long nanos = new ClosedLoop(buyers, CLIENTS).run(options.secondsOfLoad());
        int most = (int) (buyers.completed() * 1_000_000_000L / nanos);
        progress.say("The machine completes %d payments per second; buyers come at half of that".formatted(most));
        return Math.max(1, most / 2);
    }

    private List<Comparison> comparisons(List<Sample> samples) {
        return Stream.of(
                        Comparison.of(
                                samples,
                                cell("approval to COMPLETED", "p50"),
                                OURS,
                                DEFAULTS,
                                8,
                                Better.LESS,
                                options.seed()),
                        Comparison.of(
                                samples,
                                cell("approval to COMPLETED", "p99"),
                                OURS,
                                DEFAULTS,
                                0,
                                Better.LESS,
                                options.seed()),
                        Comparison.of(
                                samples, cell("due to answer", "p50"), OURS, DEFAULTS, 0, Better.LESS, options.seed()),
                        Comparison.of(
                                "3 × p50 ÷ p99 of approval to COMPLETED, jangbu",
                                times(3, Comparison.values(samples, cell("approval to COMPLETED", "p50"), OURS)),
                                Comparison.values(samples, cell("approval to COMPLETED", "p99"), OURS),
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

    private final class LatencySlot implements Measurement {

        private final String name;
        private final String variant;
        private final ObjectNode connectorConfig;
        private final int rate;
        private final BenchStack stack;
        private final Meter meter;
        private final Buyers buyers;
        private final Connector connector;
        private final PeerProcess engine;

        LatencySlot(
                String name,
                String variant,
                ObjectNode connectorConfig,
                int rate,
                BenchStack stack,
                Meter meter,
                Buyers buyers,
                Connector connector,
                PeerProcess engine) {
            this.name = name;
            this.variant = variant;
            this.connectorConfig = connectorConfig;
            this.rate = rate;
            this.stack = stack;
            this.meter = meter;
            this.buyers = buyers;
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
            engine.ask(ANSWERED_WITHIN, "run " + variant + " jangbu-settlement");
            // What starts afresh has caught up when payments complete; these few aren't counted.
            buyers.begin(variant + "-first-" + round, new Random(options.seed()), Load.UNIFORM);
            new OpenLoop(buyers, rate).run(2);

            String orders = variant + "-" + round;
            buyers.begin(orders, new Random(options.seed() + round), Load.UNIFORM);
            meter.checkpoint();
            Meter.Reading before = meter.start(Map.of(
                    "postgres", stack.pid("postgres"),
                    "kafka", stack.pid("kafka"),
                    "connect", stack.pid("connect"),
                    "payment-api", stack.pid("payment-api"),
                    "ledger-service", stack.pid("ledger-service"),
                    "streams-processor", engine.pid()));
            Histogram answered = new OpenLoop(buyers, rate).run(options.secondsOfLoad());
            Usage usage = meter.since(before);
            engine.ask(ANSWERED_WITHIN, "stop");

            Histogram completed = completed(orders);
            List<String> refusals = buyers.refusals();
            List<Sample> samples = new ArrayList<>();
            for (Map.Entry<String, Histogram> span : Map.of(
                            "approval to COMPLETED", completed, "due to answer", answered)
                    .entrySet()) {
                for (double percentile : new double[] {50, 99, 99.9, 100}) {
                    samples.add(new Sample(
                            cell(span.getKey(), percentile == 100 ? "max" : "p" + text(percentile)),
                            name,
                            round,
                            span.getValue().getValueAtPercentile(percentile) / 1_000.0,
                            buyers.completed(),
                            usage,
                            refusals));
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
            if (histogram.getTotalCount() != buyers.completed()) {
                throw new BenchException("%d payments completed, and the history says %d"
                        .formatted(buyers.completed(), histogram.getTotalCount()));
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
