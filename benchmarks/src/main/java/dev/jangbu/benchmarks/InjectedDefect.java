package dev.jangbu.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A defect injected into a competitor's tables before the check, to prove that the check rejects the round. */
enum InjectedDefect {
    NONE(""),
    WRONG_BALANCE("UPDATE wallets SET balance = balance + 1 WHERE wallet_id = (SELECT min(wallet_id) FROM wallets)"),
    LOST_JOURNAL("DELETE FROM journals WHERE settlement_id = (SELECT min(settlement_id::text)::uuid FROM journals)"),
    DOUBLED_LINE(
            "INSERT INTO lines SELECT settlement_id, 9, account, side, amount FROM lines WHERE line_no = 2 LIMIT 1");

    private final String sql;

    InjectedDefect(String sql) {
        this.sql = sql;
    }

    void injectInto(Connection connection) throws SQLException {
        if (!sql.isEmpty()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }
}
