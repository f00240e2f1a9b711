package dev.jangbu.peers;

import dev.jangbu.contract.SettlementRequested;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Common practice: a batch listener, one transaction per batch, JDBC batches and {@code balance = balance + x}, which
 * needs no version. Settlements that already have a journal are skipped.
 */
record AtomicUpdate(JdbcTemplate jdbc, TransactionTemplate transaction) implements SettlementStrategy {

    private static final int BATCH = 500;

    @Override
    public int maxPollRecords() {
        return BATCH;
    }

    @Override
    public void settle(List<SettlementRequested> requests) {
        transaction.executeWithoutResult(status -> settleBatch(requests));
    }

    private void settleBatch(List<SettlementRequested> requests) {
        Set<UUID> recorded = new HashSet<>(jdbc.queryForList(
                "SELECT settlement_id FROM journals WHERE settlement_id = ANY (?)", UUID.class, (Object)
                        requests.stream().map(AtomicUpdate::id).toArray(UUID[]::new)));
        // Ordered by wallet, so that batches with common wallets cannot deadlock.
        List<SettlementRequested> unrecorded = requests.stream()
                .filter(request -> recorded.add(id(request)))
                .sorted(Comparator.comparing(SettlementRequested::getWalletId))
                .toList();
        jdbc.batchUpdate("""
                INSERT INTO journals (settlement_id, wallet_id, reference_id, currency, occurred_at)
                VALUES (?, ?, ?, ?, to_timestamp(? / 1000.0))
                """, unrecorded, BATCH, (statement, request) -> {
            statement.setObject(1, id(request));
            statement.setString(2, request.getWalletId());
            statement.setObject(3, UUID.fromString(request.getReferenceId()));
            statement.setString(4, request.getCurrency());
            statement.setLong(5, request.getOccurredAt().toEpochMilli());
        });
        jdbc.batchUpdate(
                "INSERT INTO lines (settlement_id, line_no, account, side, amount) VALUES (?, ?, ?, ?, ?)",
                unrecorded.stream()
                        .flatMap(request -> JournalLine.of(id(request), request).stream())
                        .toList(),
                3 * BATCH,
                (statement, line) -> {
                    statement.setObject(1, line.settlementId());
                    statement.setInt(2, line.lineNo());
                    statement.setString(3, line.account());
                    statement.setString(4, line.side());
                    statement.setLong(5, line.amount());
                });
        jdbc.batchUpdate("""
                INSERT INTO wallets (wallet_id, balance, version) VALUES (?, ?, 1)
                ON CONFLICT (wallet_id) DO UPDATE
                SET balance = wallets.balance + excluded.balance, version = wallets.version + 1
                """, unrecorded, 1, (statement, request) -> {
            statement.setString(1, request.getWalletId());
            statement.setLong(2, JournalLine.sellerShare(request));
        });
    }

    private static UUID id(SettlementRequested request) {
        return UUID.fromString(request.getSettlementId());
    }
}
