package dev.jangbu.benchmarks;

import dev.jangbu.contract.SettlementRequested;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A peer that settles in PostgreSQL: {@code SqlPeer} of the module {@code peers}. */
final class SqlCompetitor implements Competitor {

    private final Strategy strategy;
    private final BenchStack stack;
    private final RequestFeed feed;
    private final Database database;
    private final PeerProcess process;
    private List<Long> offsets = List.of();

    /** The settlement strategy of a peer. */
    enum Strategy {
        OPTIMISTIC_LOCKING("optimistic locking", "optimistic-locking"),
        /** Keyed by payment: any consumer may get any wallet. */
        OPTIMISTIC_BY_PAYMENT("optimistic locking, by payment", "optimistic-locking"),
        ATOMIC_UPDATE("atomic update", "atomic-update"),
        SET_BASED("set-based SQL", "set-based");

        private final String text;
        private final String argument;

        Strategy(String text, String argument) {
            this.text = text;
            this.argument = argument;
        }

        /** The name in the report. */
        String text() {
            return text;
        }

        /** The record key of a request: the wallet, as in Jangbu, unless it is the payment. */
        String key(SettlementRequested request) {
            return this == OPTIMISTIC_BY_PAYMENT ? request.getReferenceId() : request.getWalletId();
        }

        /** An identifier without spaces. */
        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    SqlCompetitor(Strategy strategy, BenchStack stack, RequestFeed feed)
            throws IOException, SQLException, InterruptedException {
        this.strategy = strategy;
        this.stack = stack;
        this.feed = feed;
        this.database = Database.create(stack.address(), "peer_" + strategy.id());
        feed.createTopic(topic());
        this.process = new PeerProcess(
                stack,
                "peer-" + strategy.id(),
                "dev.jangbu.peers.SqlPeer",
                // More than streams-processor: it has a connection pool and four threads.
                List.of("-Xmx384m"),
                List.of(strategy.argument),
                database.environment());
    }

    @Override
    public String name() {
        return strategy.text();
    }

    @Override
    public Map<String, Long> processes() {
        Map<String, Long> pids = stack.pids("postgres", "kafka");
        pids.put("peer", process.pid());
        return pids;
    }

    @Override
    public void prepare(Batch batch) throws IOException, InterruptedException {
        process.send("clear");
        offsets = feed.send(topic(), batch, strategy::key);
    }

    @Override
    public long settle(Batch batch) throws IOException, InterruptedException {
        List<String> reply = process.send("settle %s %d %s"
                .formatted(
                        topic(),
                        batch.requests().size(),
                        offsets.stream().map(String::valueOf).collect(Collectors.joining(" "))));
        return TimeUnit.MICROSECONDS.toNanos(Long.parseLong(reply.get(1)));
    }

    @Override
    public Outcome outcome(Batch batch) throws SQLException {
        try (Connection connection = database.open()) {
            stack.options().defect.injectInto(connection);
            Map<String, Long> balances = new HashMap<>();
            Database.query(
                    connection,
                    "SELECT wallet_id, balance FROM wallets",
                    row -> balances.put(row.getString(1), row.getLong(2)));
            return SqlLedger.read(connection, batch.wallets(), balances);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    private String topic() {
        return "peer.requests." + strategy.id();
    }
}
