package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.journal.AccountKind;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Journal;
import dev.jangbu.ledger.journal.JournalReader;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.posting.Decoded.EntryRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes and finds journals: one statement per table and batch, with one array parameter per column. */
final class JournalRows {

    /** Sorted, so that two books that insert the same new accounts cannot deadlock. */
    private static final String INSERT_ACCOUNTS = """
            INSERT INTO accounts (code, kind)
            SELECT a.code, a.kind FROM unnest(?, ?) AS a (code, kind)
            WHERE NOT EXISTS (SELECT FROM accounts known WHERE known.code = a.code)
            ORDER BY a.code
            ON CONFLICT DO NOTHING
            """;

    private static final String INSERT_LINES = """
            INSERT INTO lines (settlement_id, line_no, line_count, account, side, amount, currency, book, no, recorded_at)
            SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String INSERT_JOURNALS = """
            INSERT INTO journals (settlement_id, book, no, wallet_id, wallet_version, kind, reference_id,
                reference_parts, part, currency, line_count, balance_after, occurred_at, recorded_at, posted_at, hash)
            SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String ADD_TO_BALANCES = """
            INSERT INTO balances (book, account, currency, debits, credits)
            SELECT ?, l.account, l.currency,
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0),
                   coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT'), 0)
            FROM unnest(?, ?, ?, ?) AS l (account, currency, side, amount)
            GROUP BY l.account, l.currency
            ON CONFLICT (book, account, currency) DO UPDATE
            SET debits = balances.debits + excluded.debits, credits = balances.credits + excluded.credits
            """;

    private static final String FIND = "SELECT * FROM journals_with_lines WHERE settlement_id = ANY (?)";

    private final Connection connection;

    JournalRows(Connection connection) {
        this.connection = connection;
    }

    void insertAccounts(List<EntryRecord> entries) throws SQLException {
        List<String> codes = new ArrayList<>(new TreeSet<>(entries.stream()
                .flatMap(record -> record.entry().lines().stream())
                .map(Line::account)
                .toList()));
        if (codes.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT_ACCOUNTS)) {
            Columns<String> columns = new Columns<>(connection, insert, codes, 1);
            columns.add("text", code -> code);
            columns.add("text", code -> AccountKind.of(code).orElseThrow().name());
            insert.executeUpdate();
        }
    }

    void insertLines(List<Journal> journals) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_LINES)) {
            Columns<LineRow> columns = new Columns<>(connection, insert, lines(journals), 1);
            columns.add("uuid", row -> row.entry().settlementId());
            columns.add("int4", LineRow::lineNo);
            columns.add("int4", row -> row.entry().lines().size());
            columns.add("text", row -> row.line().account());
            columns.add("text", row -> row.line().side().name());
            columns.add("int8", row -> row.line().amountMinor());
            columns.add("text", row -> row.entry().currency());
            columns.add("int4", row -> row.journal().book());
            columns.add("int8", row -> row.journal().no());
            columns.add("timestamptz", row -> row.entry().recordedAt().toString());
            insert.executeUpdate();
        }
    }

    void insertJournals(List<Journal> journals) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_JOURNALS)) {
            Columns<Journal> columns = new Columns<>(connection, insert, journals, 1);
            columns.add("uuid", journal -> journal.entry().settlementId());
            columns.add("int4", Journal::book);
            columns.add("int8", Journal::no);
            columns.add("text", journal -> journal.entry().walletId());
            columns.add("int8", journal -> journal.entry().walletVersion());
            columns.add("text", journal -> journal.entry().kind().name());
            columns.add("uuid", journal -> journal.entry().referenceId());
            columns.add("int4", journal -> journal.entry().referenceParts());
            columns.add("int4", journal -> journal.entry().part());
            columns.add("text", journal -> journal.entry().currency());
            columns.add("int4", journal -> journal.entry().lines().size());
            columns.add("int8", journal -> journal.entry().balanceAfterMinor());
            columns.add("timestamptz", journal -> journal.entry().occurredAt().toString());
            columns.add("timestamptz", journal -> journal.entry().recordedAt().toString());
            columns.add("timestamptz", journal -> journal.postedAt().toString());
            columns.addBytes(JournalRows::hashBytes);
            insert.executeUpdate();
        }
    }

    void addToBalances(int book, List<Journal> journals) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(ADD_TO_BALANCES)) {
            insert.setInt(1, book);
            Columns<LineRow> columns = new Columns<>(connection, insert, lines(journals), 2);
            columns.add("text", row -> row.line().account());
            columns.add("text", row -> row.entry().currency());
            columns.add("text", row -> row.line().side().name());
            columns.add("int8", row -> row.line().amountMinor());
            insert.executeUpdate();
        }
    }

    /** The stored journals of these settlements, by settlement id. */
    Map<UUID, Journal> find(List<UUID> settlementIds) throws SQLException {
        Map<UUID, Journal> found = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setArray(1, connection.createArrayOf("uuid", settlementIds.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Journal journal = JournalReader.read(row);
                    found.put(journal.entry().settlementId(), journal);
                }
            }
        }
        return found;
    }

    private static byte[] hashBytes(Journal journal) {
        byte[] hash = new byte[journal.hash().remaining()];
        journal.hash().get(journal.hash().position(), hash);
        return hash;
    }

    private static List<LineRow> lines(List<Journal> journals) {
        List<LineRow> rows = new ArrayList<>(journals.size() * 3);
        for (Journal journal : journals) {
            int lineNo = 0;
            for (Line line : journal.entry().lines()) {
                rows.add(new LineRow(journal, ++lineNo, line));
            }
        }
        return rows;
    }

    private record LineRow(Journal journal, int lineNo, Line line) {
        Entry entry() {
            return journal.entry();
        }
    }

    /** Sets consecutive array parameters, each one column of the same rows. */
    private static final class Columns<R> {

        private final Connection connection;
        private final PreparedStatement statement;
        private final List<R> rows;
        private int parameter;

        Columns(Connection connection, PreparedStatement statement, List<R> rows, int firstParameter) {
            this.connection = connection;
            this.statement = statement;
            this.rows = rows;
            this.parameter = firstParameter;
        }

        void add(String sqlType, Function<R, @Nullable Object> value) throws SQLException {
            Object[] values = rows.stream().map(value).toArray();
            statement.setArray(parameter++, connection.createArrayOf(sqlType, values));
        }

        void addBytes(Function<R, byte[]> value) throws SQLException {
            byte[][] values = rows.stream().map(value).toArray(byte[][]::new);
            statement.setArray(parameter++, connection.createArrayOf("bytea", values));
        }
    }
}
