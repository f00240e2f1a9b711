package dev.jangbu.peers;

import dev.jangbu.contract.SettlementRequested;
import java.util.List;
import java.util.UUID;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Textbook optimistic locking: one transaction per event. The wallet is read with its version and updated only if the
 * version is unchanged; a conflict repeats the transaction. The journal's primary key makes a repeated event harmless.
 */
record OptimisticLocking(JdbcTemplate jdbc, TransactionTemplate transaction) implements SettlementStrategy {

    private static final int ATTEMPTS = 1_000;

    @Override
    public int maxPollRecords() {
        return 500;
    }

    @Override
    public void settle(List<SettlementRequested> requests) {
        for (SettlementRequested request : requests) {
            settle(request);
        }
    }

    private void settle(SettlementRequested request) {
        for (int attempt = 1; ; attempt++) {
            try {
                transaction.executeWithoutResult(status -> settleOnce(request));
                return;
            } catch (OptimisticLockingFailureException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void settleOnce(SettlementRequested request) {
        UUID id = UUID.fromString(request.getSettlementId());
        int inserted = jdbc.update(
                """
                INSERT INTO journals (settlement_id, wallet_id, reference_id, currency, occurred_at)
                VALUES (?, ?, ?, ?, to_timestamp(? / 1000.0)) ON CONFLICT DO NOTHING
                """,
                id,
                request.getWalletId(),
                UUID.fromString(request.getReferenceId()),
                request.getCurrency(),
                request.getOccurredAt().toEpochMilli());
        if (inserted == 0) {
            return;
        }
        List<JournalLine> lines = JournalLine.of(id, request);
        jdbc.update(
                "INSERT INTO lines (settlement_id, line_no, account, side, amount) VALUES (?, ?, ?, ?, ?)"
                        + ", (?, ?, ?, ?, ?)".repeat(lines.size() - 1),
                lines.stream()
                        .<Object>mapMulti((line, columns) -> {
                            columns.accept(line.settlementId());
                            columns.accept(line.lineNo());
                            columns.accept(line.account());
                            columns.accept(line.side());
                            columns.accept(line.amount());
                        })
                        .toArray());
        credit(request.getWalletId(), JournalLine.sellerShare(request));
    }

    private void credit(String walletId, long share) {
        List<Wallet> found = jdbc.query(
                "SELECT balance, version FROM wallets WHERE wallet_id = ?",
                (row, number) -> new Wallet(row.getLong(1), row.getLong(2)),
                walletId);
        int changed = found.isEmpty()
                ? jdbc.update(
                        "INSERT INTO wallets (wallet_id, balance, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING",
                        walletId,
                        share)
                : jdbc.update(
                        "UPDATE wallets SET balance = ?, version = version + 1 WHERE wallet_id = ? AND version = ?",
                        Math.addExact(found.getFirst().balance(), share),
                        walletId,
                        found.getFirst().version());
        if (changed == 0) {
            throw new OptimisticLockingFailureException(walletId + " was changed concurrently");
        }
    }

    private record Wallet(long balance, long version) {}
}
