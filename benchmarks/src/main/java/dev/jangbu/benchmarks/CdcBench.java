package dev.jangbu.benchmarks;

import dev.jangbu.benchmarks.Comparison.Better;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Measures how fast Debezium publishes a backlog of the outbox to Kafka, and compares it with a reader of the same
 * changes that discards them: the maximum rate of PostgreSQL's logical decoding.
 */
final class CdcBench {

    private static final String CELL = "cdc";
    private static final String JANGBU = "jangbu";
    private static final String BARE = "bare slot";
    private static final int ROWS_PER_TRANSACTION = 10;
    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(60);

    private static final String INSERT = """
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time)
            SELECT i.id, 'settlement.requests', i.wallet, 'dev.jangbu.settlement.requested', i.payload, now()
            FROM unnest(?, ?, ?) AS i (id, wallet, payload)
            """;

    private final BenchOptions options;
    private final ProgressReporter progress;
    private final Clock clock;

    CdcBench(BenchOptions options, ProgressReporter progress, Clock clock) {
        this.options = options;
        this.progress = progress;
        this.clock = clock;
    }

    Results run() throws IOException, SQLException, InterruptedException {
        List<String> parts = new ArrayList<>(BenchStack.BASE);
        parts.addAll(List.of("connect", "payment-api"));
        try (BenchStack stack = BenchStack.start(options.home(), parts, progress);
                Meter meter = new Meter(stack.address());
                Connector connector = new Connector(stack.address().connect());
                TopicReader requests = new TopicReader(stack.address(), Topics.SETTLEMENT_REQUESTS.name())) {
            Backlog backlog = new Backlog(stack.address(), clock);
            List<Measurement> measurements = List.of(
                    new DebeziumMeasurement(stack, meter, connector, requests, backlog),
                    new BareSlotMeasurement(stack, meter, connector, requests, backlog));
            List<Sample> samples = new Rounds(options.seed(), options.rounds(), progress).run(measurements);
            return new Results(
                    CELL,
                    "rows/s",
                    samples,
                    Comparison.of(samples, CELL, JANGBU, BARE, 0.3, Better.MORE, options.seed()).stream()
                            .toList(),
                    List.of("%,d rows, %d per transaction".formatted(rows(1), ROWS_PER_TRANSACTION)));
        }
    }

    private int rows(int round) {
        return round == 0 ? Math.min(20_000, options.maxPayments()) : options.maxPayments();
    }

    /** Fills the outbox with unread rows. */
    private final class Backlog {

        private final Installation stack;
        private final Clock clock;
        private final Serializer<SettlementRequested> serializer;

        Backlog(Installation stack, Clock clock) throws InterruptedException {
            this.stack = stack;
            this.clock = clock;
            this.serializer = WarmSerdes.of(stack, Topics.SETTLEMENT_REQUESTS).serializer();
        }

        /** Inserts rows and returns their ids. */
        Set<String> insert(int number, int rows) throws SQLException {
            List<SettlementRequested> requests = Batch.of(
                            options.seed(), number, Load.UNIFORM, rows, 1, clock.instant())
                    .requests();
            Set<String> ids = new HashSet<>();
            try (Connection connection = Database.of(stack, "jangbu_payment").open();
                    Statement settings = connection.createStatement();
                    PreparedStatement insert = connection.prepareStatement(INSERT)) {
                // For this session only: the speed of filling is not measured.
                settings.execute("SET synchronous_commit = off");
                for (int from = 0; from < rows; from += ROWS_PER_TRANSACTION) {
                    List<SettlementRequested> some =
                            requests.subList(from, Math.min(rows, from + ROWS_PER_TRANSACTION));
                    insert.setArray(
                            1,
                            connection.createArrayOf(
                                    "uuid",
                                    some.stream()
                                            .map(SettlementRequested::getSettlementId)
                                            .toArray()));
                    insert.setArray(
                            2,
                            connection.createArrayOf(
                                    "text",
                                    some.stream()
                                            .map(SettlementRequested::getWalletId)
                                            .toArray()));
                    insert.setArray(
                            3,
                            connection.createArrayOf(
                                    "bytea",
                                    some.stream()
                                            .map(request ->
                                                    serializer.serialize(Topics.SETTLEMENT_REQUESTS.name(), request))
                                            .toArray(byte[][]::new)));
                    insert.executeUpdate();
                    some.forEach(request -> ids.add(request.getSettlementId()));
                }
            }
            return ids;
        }
    }

    private final class DebeziumMeasurement implements Measurement {

        private final BenchStack stack;
        private final Meter meter;
        private final Connector connector;
        private final TopicReader requests;
        private final Backlog backlog;

        DebeziumMeasurement(BenchStack stack, Meter meter, Connector connector, TopicReader requests, Backlog backlog) {
            this.stack = stack;
            this.meter = meter;
            this.connector = connector;
            this.requests = requests;
            this.backlog = backlog;
        }

        @Override
        public String title() {
            return CELL + ", outbox to Kafka";
        }

        @Override
        public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
            connector.stop();
            int rows = rows(round);
            Set<String> expected = backlog.insert(2 * round, rows);
            meter.checkpoint();
            requests.mark();
            Meter.MeterReading before = meter.start(Map.of(
                    "postgres", stack.pid("postgres"), "connect", stack.pid("connect"), "kafka", stack.pid("kafka")));
            connector.resume();
            // Measured from the first batch received: a task's start takes a second or two once.
            TopicReader.Read read = requests.await(rows, STALL_TIMEOUT);
            Usage usage = meter.since(before);
            connector.awaitRunning();
            List<String> received = Stream.concat(read.records().stream(), requests.rest().stream())
                    .map(record -> String.valueOf(EventHeaders.text(record.headers(), EventHeaders.CE_ID)))
                    .toList();
            double perSecond = (rows - read.first()) * 1e9 / (read.lastAtNanos() - read.firstAtNanos());
            return List.of(new Sample(CELL, JANGBU, round, perSecond, rows, usage, errors(expected, received)));
        }
    }

    private final class BareSlotMeasurement implements Measurement {

        private final BenchStack stack;
        private final Meter meter;
        private final Connector connector;
        private final TopicReader requests;
        private final Backlog backlog;

        BareSlotMeasurement(BenchStack stack, Meter meter, Connector connector, TopicReader requests, Backlog backlog) {
            this.stack = stack;
            this.meter = meter;
            this.connector = connector;
            this.requests = requests;
            this.backlog = backlog;
        }

        @Override
        public String title() {
            return CELL + ", bare slot";
        }

        @Override
        public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
            connector.stop();
            int rows = rows(round);
            try (ReplicationSlotReader reader =
                    new ReplicationSlotReader(Database.of(stack.address(), "jangbu_payment"))) {
                Set<String> expected = backlog.insert(2 * round + 1, rows);
                meter.checkpoint();
                Meter.MeterReading before = meter.start(Map.of(
                        "postgres", stack.pid("postgres"),
                        "reader", ProcessHandle.current().pid()));
                ReplicationSlotReader.Drained drained = reader.drain(rows, STALL_TIMEOUT);
                Usage usage = meter.since(before);
                // Let Debezium read these rows as well, outside of the measurement.
                requests.mark();
                connector.resume();
                requests.await(rows, STALL_TIMEOUT);
                connector.awaitRunning();
                return List.of(new Sample(
                        CELL,
                        BARE,
                        round,
                        (rows - 1) * 1e9 / drained.nanos(),
                        rows,
                        usage,
                        errors(expected, drained.ids())));
            }
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
