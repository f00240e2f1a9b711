package dev.jangbu.benchmarks;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serializer;

/** Fills the outbox with unread rows. */
final class OutboxBacklog {

    static final int ROWS_PER_TRANSACTION = 10;

    private static final String INSERT = """
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time)
            VALUES (?, 'settlement.requests', ?, 'dev.jangbu.settlement.requested', ?, now())
            """;

    private final BenchStack stack;
    private final Clock clock;
    private final Serializer<SettlementRequested> serializer;

    OutboxBacklog(BenchStack stack, Clock clock) {
        this.stack = stack;
        this.clock = clock;
        this.serializer = new AvroSerdes(URI.create(stack.address().registry()))
                .warm(Topics.SETTLEMENT_REQUESTS)
                .serializer();
    }

    /** Inserts rows and returns their ids. */
    Set<String> insert(int number, int rows) throws SQLException {
        List<SettlementRequested> requests = Batch.of(
                        stack.options().seed, number, Load.UNIFORM, rows, 1, clock.instant())
                .requests();
        Set<String> ids = new HashSet<>();
        try (Connection connection =
                        Database.of(stack.address(), "jangbu_payment").open();
                Statement settings = connection.createStatement();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            // For this session only: the speed of filling is not measured.
            settings.execute("SET synchronous_commit = off");
            connection.setAutoCommit(false);
            for (SettlementRequested request : requests) {
                insert.setObject(1, UUID.fromString(request.getSettlementId()));
                insert.setString(2, request.getWalletId());
                insert.setBytes(3, serializer.serialize(Topics.SETTLEMENT_REQUESTS.name(), request));
                insert.addBatch();
                ids.add(request.getSettlementId());
                if (ids.size() % ROWS_PER_TRANSACTION == 0 || ids.size() == rows) {
                    insert.executeBatch();
                    connection.commit();
                }
            }
        }
        return ids;
    }
}
