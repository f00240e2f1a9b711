package dev.jangbu.proving.facts;

import dev.jangbu.proving.facts.FactsDatabase.TableLoader;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;

/** Copies rows of a PostgreSQL database, in one snapshot. */
final class DatabaseFacts implements AutoCloseable {

    private static final int FETCH_SIZE = 2_000;

    /** By the table that is filled; the columns are in its order. */
    private static final Map<String, String> PAYMENTS = Map.of(
            "payments", """
            SELECT id, order_id, status, currency, amount, psp, payment_key,
                   (extract(epoch FROM approved_at) * 1000)::bigint, (extract(epoch FROM completed_at) * 1000)::bigint
              FROM payments
            """,
            "payment_lines", """
            SELECT payment_id, line_id, seller_id, amount, fee, refunded_amount, reserved_amount, refunded_fee
              FROM payment_lines
            """,
            "refunds", """
            SELECT id, payment_id, status, amount,
                   (extract(epoch FROM approved_at) * 1000)::bigint, (extract(epoch FROM completed_at) * 1000)::bigint
              FROM refunds
            """,
            "refund_lines", "SELECT refund_id, line_id, amount, fee FROM refund_lines",
            "payouts", """
            SELECT id, seller_id, currency, amount, status, rejection, expected_version,
                   (extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM decided_at) * 1000)::bigint
              FROM payouts
            """,
            "history", """
            SELECT resource_id, version, kind,
                   lag(to_status, 1, 'BEGIN') OVER steps, coalesce(from_status, 'BEGIN'), to_status,
                   lead(to_status) OVER steps IS NULL
              FROM history
            WINDOW steps AS (PARTITION BY resource_id ORDER BY version)
            """);

    private static final Map<String, String> LEDGER = Map.of(
            "journals", """
            SELECT j.settlement_id, j.book, j.no, j.kind, j.reference_id, j.reference_parts, j.currency, j.wallet_id,
                   j.wallet_version, j.balance_after, (extract(epoch FROM j.occurred_at) * 1000)::bigint,
                   (extract(epoch FROM j.recorded_at) * 1000)::bigint, encode(j.hash, 'hex'), l.line_list, l.by_account
              FROM journals j
              LEFT JOIN LATERAL (
                   SELECT string_agg(concat_ws(' ', account, side, currency, amount), ' ' ORDER BY line_no) AS line_list,
                          string_agg(concat_ws(' ', account, side, amount), ' ' ORDER BY account COLLATE "C") AS by_account
                     FROM lines
                    WHERE settlement_id = j.settlement_id) l ON true
            """,
            "lines", """
            SELECT settlement_id, line_no, account, side, amount, currency, book, no,
                   (extract(epoch FROM recorded_at) * 1000)::bigint
              FROM lines
            """,
            "balances", "SELECT book, account, currency, debits, credits FROM balances",
            "books", "SELECT book, last_no, encode(head_hash, 'hex') FROM books",
            "wrong_hashes", "SELECT book, no FROM journal_hashes WHERE stored <> computed",
            "positions", """
            SELECT reference_id, string_agg(book || ':' || no, ',' ORDER BY book)
              FROM (SELECT reference_id, book, max(no) AS no FROM journals GROUP BY reference_id, book) AS lasts
             GROUP BY reference_id
            """);

    private final Connection connection;
    private final Map<String, String> queries;

    private DatabaseFacts(Connection connection, Map<String, String> queries) throws SQLException {
        this.connection = connection;
        this.queries = queries;
        // One transaction: cursors need it, and it makes all reads one snapshot.
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    }

    static DatabaseFacts ofPayments(Connection connection) throws SQLException {
        return new DatabaseFacts(connection, PAYMENTS);
    }

    static DatabaseFacts ofLedger(Connection connection) throws SQLException {
        return new DatabaseFacts(connection, LEDGER);
    }

    void addLoaders(Map<String, TableLoader> loaders) {
        queries.forEach((table, query) -> loaders.put(table, rows -> copy(query, rows)));
    }

    /** The database's time when the snapshot was taken. */
    Instant now() throws SQLException, IOException {
        Instant[] now = new Instant[1];
        query("SELECT (extract(epoch FROM now()) * 1000)::bigint", row -> now[0] = Instant.ofEpochMilli(row.getLong(1)));
        return now[0];
    }

    void query(String sql, FactsDatabase.RowReader rows) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    rows.read(result);
                }
            }
        }
    }

    private void copy(String sql, FactsTable table) throws SQLException, IOException {
        query(sql, row -> {
            Object[] values = new Object[row.getMetaData().getColumnCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = row.getObject(i + 1);
            }
            table.row(values);
        });
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
