package dev.jangbu.operator.restore;

import dev.jangbu.contract.SettlementRequested;
import java.sql.SQLException;
import java.util.Objects;

/** Restores a payout. Its completion decides it. */
record PayoutRestorer(Database maintenance) {

    private static final String INSERT_PAYOUT = """
            INSERT INTO payouts (id, client_id, seller_id, currency, amount, destination, status, expected_version,
                                 restored_at, cause, version, created_at)
            VALUES (?, ?, ?, ?, ?, '(restored)', 'REQUESTED', ?, now(), 'restored', 1, ?)
            """;

    void restore(LostReference lost) throws SQLException {
        SettlementRequested common = lost.common();
        maintenance.update(
                INSERT_PAYOUT,
                lost.id(),
                ReferenceRestorer.CLIENT_ID,
                common.getSellerId(),
                common.getCurrency(),
                common.getAmount(),
                common.getExpectedVersion(),
                Objects.requireNonNullElse(common.getCreatedAt(), common.getOccurredAt()));
    }
}
