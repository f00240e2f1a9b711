package dev.jangbu.benchmarks;

import dev.jangbu.contract.SettlementRequested;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A peer that settles in PostgreSQL: {@code SqlPeer} of the module {@code peers}. */
final class SqlCompetitor implements Competitor {

    private static final Duration CLEARED_WITHIN = Duration.ofSeconds(30);
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(3);

    private final Way way;
    private final BenchStack stack;
    private final RequestFeed feed;
    private final Database database;
    private final PeerProcess process;
    private final InjectedDefect plant;
    private List<Long> offsets = List.of();

    /** How a peer settles. */
    enum Way {
        OPTIMISTIC_LOCKING("optimistic locking", "optimistic-locking"),
        /** As in the design note, where an event is of a payment and any consumer may get any wallet. */
        OPTIMISTIC_BY_PAYMENT("optimistic locking, by payment", "optimistic-locking") {
            @Override
            String key(SettlementRequested request) {
                return request.getReferenceId();
            }
        },
        ATOMIC_UPDATE("atomic update", "atomic-update"),
        SET_BASED("set-based SQL", "set-based");

        private final String text;
        private final String argument;

        Way(String text, String argument) {
            this.text = text;
            this.argument = argument;
        }

        /** As the report has it. */
        String text() {
            return text;
        }

        /** What Kafka partitions its requests by: the wallet, as ours. */
        String key(SettlementRequested request) {
            return request.getWalletId();
        }

        /** A name without spaces. */
        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    SqlCompetitor(Way way, BenchStack stack, RequestFeed feed, InjectedDefect plant)
            throws IOException, SQLException, InterruptedException {
        this.way = way;
        this.stack = stack;
        this.feed = feed;
        this.plant = plant;
        this.database = Database.create(stack.address(), "peer_" + way.id());
        feed.createTopic(topic());
        this.process = PeerProcess.start(
                stack,
                "peer-" + way.id(),
                "dev.jangbu.peers.SqlPeer",
                // More than ours gets: it has a pool of connections and four threads.
                List.of("-Xmx384m"),
                List.of(way.argument),
                database.environment());
    }

    @Override
    public String name() {
        return way.text;
    }

    @Override
    public Map<String, Long> processes() throws IOException {
        return Map.of("peer", process.pid(), "postgres", stack.pid("postgres"), "kafka", stack.pid("kafka"));
    }

    @Override
    public void prepare(Batch batch) throws IOException, InterruptedException {
        process.ask(CLEARED_WITHIN, "clear");
        offsets = feed.send(topic(), batch, way::key);
    }

    @Override
    public long settle(Batch batch) throws IOException, InterruptedException {
        List<String> answer = process.ask(
                SETTLED_WITHIN,
                "settle %s %d %s"
                        .formatted(
                                topic(),
                                batch.requests().size(),
                                offsets.stream().map(String::valueOf).collect(Collectors.joining(" "))));
        return Duration.ofNanos(Long.parseLong(answer.get(2)) * 1_000).toNanos();
    }

    @Override
    public Outcome outcome(Batch batch) throws SQLException {
        try (Connection connection = database.open()) {
            plant.in(connection);
            Map<String, Long> balances = new HashMap<>();
            Database.query(
                    connection,
                    "SELECT wallet_id, balance FROM wallets",
                    row -> balances.put(row.getString(1), row.getLong(2)));
            return SqlBook.read(connection, batch.wallets(), balances);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private String topic() {
        return "peer.requests." + way.id();
    }
}
