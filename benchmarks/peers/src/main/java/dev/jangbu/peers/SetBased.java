package dev.jangbu.peers;

import dev.jangbu.contract.SettlementRequested;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The fastest known approach in PostgreSQL: one statement settles a batch in its own transaction. A wallet is updated
 * once for all its requests of the batch; settlements with a journal are skipped by the statement.
 */
record SetBased(JdbcTemplate jdbc) implements SettlementStrategy {

    private static final String SETTLE = """
            WITH input AS (
                SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
                    AS i (settlement_id, wallet_id, seller_id, reference_id, currency, psp, amount, fee, occurred_ms)),
            fresh AS (
                INSERT INTO journals (settlement_id, wallet_id, reference_id, currency, occurred_at)
                SELECT settlement_id, wallet_id, reference_id, currency, to_timestamp(occurred_ms / 1000.0) FROM input
                ON CONFLICT DO NOTHING
                RETURNING settlement_id),
            settled AS (SELECT i.* FROM input i JOIN fresh USING (settlement_id)),
            written AS (
                INSERT INTO lines (settlement_id, line_no, account, side, amount)
                SELECT s.settlement_id, l.line_no, l.account, l.side, l.amount
                FROM settled s CROSS JOIN LATERAL (VALUES
                    (1, 'psp:' || s.psp || ':receivable', 'DEBIT', s.amount),
                    (2, 'seller:' || s.seller_id || ':payable', 'CREDIT', s.amount - s.fee),
                    (3, 'platform:fees', 'CREDIT', s.fee)) AS l (line_no, account, side, amount)
                WHERE l.amount > 0)
            INSERT INTO wallets (wallet_id, balance, version)
            SELECT wallet_id, sum(amount - fee), count(*) FROM settled GROUP BY wallet_id ORDER BY wallet_id
            ON CONFLICT (wallet_id) DO UPDATE
            SET balance = wallets.balance + excluded.balance, version = wallets.version + excluded.version
            """;

    @Override
    public int maxPollRecords() {
        return 2_000;
    }

    @Override
    public void settle(List<SettlementRequested> requests) {
        jdbc.execute((ConnectionCallback<Integer>) connection -> settle(connection, requests));
    }

    private static int settle(Connection connection, List<SettlementRequested> requests) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SETTLE)) {
            setColumn(statement, 1, "uuid", requests, request -> UUID.fromString(request.getSettlementId()));
            setColumn(statement, 2, "text", requests, SettlementRequested::getWalletId);
            setColumn(statement, 3, "text", requests, SettlementRequested::getSellerId);
            setColumn(statement, 4, "uuid", requests, request -> UUID.fromString(request.getReferenceId()));
            setColumn(statement, 5, "text", requests, SettlementRequested::getCurrency);
            setColumn(statement, 6, "text", requests, SettlementRequested::getPsp);
            setColumn(statement, 7, "int8", requests, SettlementRequested::getAmount);
            setColumn(statement, 8, "int8", requests, SettlementRequested::getFee);
            setColumn(statement, 9, "int8", requests, request -> request.getOccurredAt()
                    .toEpochMilli());
            return statement.executeUpdate();
        }
    }

    private static void setColumn(
            PreparedStatement statement,
            int parameter,
            String sqlType,
            List<SettlementRequested> rows,
            Function<SettlementRequested, Object> value)
            throws SQLException {
        statement.setArray(
                parameter,
                statement
                        .getConnection()
                        .createArrayOf(sqlType, rows.stream().map(value).toArray()));
    }
}
