package dev.jangbu.ledger.query;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the journals of a wallet, newest first. Versions have no gap, so a page is a range of versions. */
final class WalletStatement {

    private static final String PAGE = """
            SELECT j.settlement_id, j.kind, j.reference_id, j.balance_after, j.wallet_version AS version, j.book, j.no AS journal_no,
                   j.recorded_at,
                   (SELECT coalesce(sum(CASE side WHEN 'CREDIT' THEN amount ELSE -amount END), 0) FROM lines
                    WHERE settlement_id = j.settlement_id AND account = :account) AS amount
            FROM journals j
            WHERE j.wallet_id = :wallet AND j.wallet_version < :version
            ORDER BY j.wallet_version DESC
            LIMIT :limit
            """;

    private final JdbcClient jdbc;

    WalletStatement(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One page; empty if the wallet has no entries. */
    Page<WalletEntry> page(String sellerId, String currency, int limit, @Nullable String cursor) {
        String wallet = sellerId + ":" + currency;
        String list = "entries/" + wallet;
        Long before = Cursor.read(cursor, list, Long.class);
        List<WalletEntry> read = jdbc.sql(PAGE)
                .param("account", "seller:" + sellerId + ":payable")
                .param("wallet", wallet)
                .param("version", before == null ? Long.MAX_VALUE : before)
                .param("limit", limit + 1)
                .query(WalletEntry.class)
                .list();
        return Page.of(read, limit, (last, next) -> Cursor.of(list, last.version()));
    }
}
