package dev.jangbu.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads journals and lines from PostgreSQL. Jangbu's and the peers' tables have these columns in common. */
final class SqlLedger {

    private static final String JOURNALS = "SELECT settlement_id FROM journals WHERE wallet_id LIKE '%s%%'";

    private static final String LINES = """
            SELECT j.wallet_id,
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0)::bigint AS debits,
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT'), 0)::bigint AS credits,
                   coalesce(sum(l.amount) FILTER (WHERE l.account
                       = 'seller:' || split_part(j.wallet_id, ':', 1) || ':payable'), 0)::bigint AS sellers
            FROM journals j JOIN lines l USING (settlement_id)
            WHERE j.wallet_id LIKE '%s%%'
            GROUP BY j.wallet_id
            """;

    private SqlLedger() {}

    /**
     * Reads the outcome of a batch.
     *
     * @param balances of the wallets
     */
    static Outcome read(Connection connection, String wallets, Map<String, Long> balances) throws SQLException {
        List<UUID> journals = new ArrayList<>();
        Database.query(
                connection,
                JOURNALS.formatted(wallets),
                row -> journals.add(row.getObject("settlement_id", UUID.class)));
        Map<String, Long> sellerBalances = new HashMap<>();
        long[] sums = new long[2];
        Database.query(connection, LINES.formatted(wallets), row -> {
            sellerBalances.put(row.getString("wallet_id"), row.getLong("sellers"));
            sums[0] = Math.addExact(sums[0], row.getLong("debits"));
            sums[1] = Math.addExact(sums[1], row.getLong("credits"));
        });
        return new Outcome(balances, sellerBalances, journals, sums[0], sums[1]);
    }
}
