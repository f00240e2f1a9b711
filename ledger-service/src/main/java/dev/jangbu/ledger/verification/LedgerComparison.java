package dev.jangbu.ledger.verification;

import dev.jangbu.ledger.database.Snapshot;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares a rebuilt ledger with the live one, row by row and column by column. Only {@code posted_at} may differ.
 * The live ledger may grow meanwhile: journals beyond the rebuilt heads are excluded, also from the sums.
 */
public final class LedgerComparison {

    private static final int PAGE = 2_000;
    private static final int MAX_CHARS = 600;

    private static final String HEADS = "SELECT book, last_no FROM books ORDER BY book";

    private static final String ROWS = """
            SELECT j.no, j.settlement_id,
                   (to_jsonb(j) - 'posted_at')::text || coalesce((
                       SELECT string_agg(to_jsonb(l)::text, '' ORDER BY l.line_no)
                       FROM lines l WHERE l.settlement_id = j.settlement_id), '') AS content
            FROM journals j
            WHERE j.book = ? AND j.no > ? AND j.no <= ?
            """;

    private static final String DIGEST =
            "SELECT count(*) || ' ' || coalesce(encode(sha256(convert_to(string_agg(content, '' ORDER BY no), 'UTF8')), 'hex'), '') FROM ("
                    + ROWS + ") r";

    /** The balances up to the given heads: present balances without the later lines. */
    private static final String BALANCES = """
            SELECT b.book || ' ' || b.account || ' ' || b.currency,
                   (b.debits - coalesce(l.debits, 0)) || ' ' || (b.credits - coalesce(l.credits, 0))
            FROM balances b
            LEFT JOIN (
                SELECT l.book, l.account, l.currency,
                       coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0) AS debits,
                       coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT'), 0) AS credits
                FROM lines l JOIN unnest(?, ?) AS head (book, no) ON head.book = l.book AND l.no > head.no
                GROUP BY l.book, l.account, l.currency
            ) l ON l.book = b.book AND l.account = b.account AND l.currency = b.currency
            WHERE b.debits > coalesce(l.debits, 0) OR b.credits > coalesce(l.credits, 0)
            """;

    private static final String ACCOUNTS = """
            SELECT a.code, a.kind || ' ' || a.normal_side
            FROM accounts a
            WHERE EXISTS (SELECT FROM lines l JOIN unnest(?, ?) AS head (book, no) ON head.book = l.book AND l.no <= head.no
                          WHERE l.account = a.code)
            """;

    private static final String LINES = """
            SELECT l.book::text, count(*)::text
            FROM lines l JOIN unnest(?, ?) AS head (book, no) ON head.book = l.book AND l.no <= head.no
            GROUP BY l.book
            """;

    private final Duration waitForLive;
    private final Consumer<String> progress;

    /** @param waitForLive how long to wait for the live ledger to reach the rebuilt heads */
    public LedgerComparison(Duration waitForLive, Consumer<String> progress) {
        this.waitForLive = waitForLive;
        this.progress = progress;
    }

    /** @param journals the number of compared journals by book */
    public record Report(Map<Integer, Long> journals, Findings findings) {}

    /** Reads both ledgers completely. */
    public Report run(Snapshot rebuilt, Snapshot live) throws SQLException, InterruptedException {
        Findings findings = new Findings();
        Map<Integer, Long> heads = heads(rebuilt.connection());
        Map<Integer, Long> liveHeads = catchUp(live, heads);
        Map<Integer, Long> common = new TreeMap<>();
        for (int book : heads.keySet()) {
            long expected = Objects.requireNonNull(heads.get(book), "a key of that map");
            long actual = liveHeads.getOrDefault(book, 0L);
            if (actual < expected) {
                findings.add(book, actual + 1, "is not in the live ledger, which ends at " + actual);
            }
            common.put(book, Math.min(expected, actual));
            compareJournals(book, Math.min(expected, actual), rebuilt, live, findings);
        }
        compare("balance", BALANCES, common, rebuilt, live, findings);
        compare("account", ACCOUNTS, common, rebuilt, live, findings);
        compare("number of lines of book", LINES, common, rebuilt, live, findings);
        return new Report(common, findings);
    }

    private Map<Integer, Long> catchUp(Snapshot live, Map<Integer, Long> heads)
            throws SQLException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            Map<Integer, Long> actual = heads(live.connection());
            boolean reached = heads.entrySet().stream()
                    .allMatch(head -> actual.getOrDefault(head.getKey(), 0L) >= head.getValue());
            if (reached || System.nanoTime() - begin > waitForLive.toNanos()) {
                return actual;
            }
            progress.accept("waiting for the live ledger to catch up");
            TimeUnit.MILLISECONDS.sleep(500);
            live.renew();
        }
    }

    private void compareJournals(int book, long lastNo, Snapshot rebuilt, Snapshot live, Findings findings)
            throws SQLException {
        for (long from = 0; from < lastNo; from += PAGE) {
            long to = Math.min(from + PAGE, lastNo);
            if (!digest(rebuilt.connection(), book, from, to).equals(digest(live.connection(), book, from, to))) {
                compareRows(book, from, to, rebuilt, live, findings);
            }
            progress.accept(String.format("book %d: %,d of %,d journals compared", book, to, lastNo));
        }
    }

    private static void compareRows(int book, long from, long to, Snapshot rebuilt, Snapshot live, Findings findings)
            throws SQLException {
        Map<Long, String> expected = rows(rebuilt.connection(), book, from, to);
        Map<Long, String> actual = rows(live.connection(), book, from, to);
        TreeSet<Long> numbers = new TreeSet<>(expected.keySet());
        numbers.addAll(actual.keySet());
        for (long no : numbers) {
            if (!Objects.equals(expected.get(no), actual.get(no))) {
                findings.add(
                        book,
                        no,
                        "is%n    live:    %s%n    rebuilt: %s"
                                .formatted(truncated(actual.get(no)), truncated(expected.get(no))));
            }
        }
    }

    private static void compare(
            String subject, String sql, Map<Integer, Long> heads, Snapshot rebuilt, Snapshot live, Findings findings)
            throws SQLException {
        Map<String, String> expected = pairs(rebuilt.connection(), sql, heads);
        Map<String, String> actual = pairs(live.connection(), sql, heads);
        TreeSet<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        for (String key : keys) {
            if (!Objects.equals(expected.get(key), actual.get(key))) {
                findings.add(
                        Finding.NO_BOOK,
                        0,
                        "%s %s: live %s, rebuilt %s".formatted(subject, key, actual.get(key), expected.get(key)));
            }
        }
    }

    private static Map<Integer, Long> heads(Connection connection) throws SQLException {
        Map<Integer, Long> heads = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(HEADS);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                heads.put(row.getInt(1), row.getLong(2));
            }
        }
        return heads;
    }

    private static String digest(Connection connection, int book, long from, long to) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(DIGEST)) {
            range(select, book, from, to);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static Map<Long, String> rows(Connection connection, int book, long from, long to) throws SQLException {
        Map<Long, String> rows = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement(ROWS)) {
            range(select, book, from, to);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    rows.put(row.getLong("no"), row.getString("content"));
                }
            }
        }
        return rows;
    }

    private static Map<String, String> pairs(Connection connection, String sql, Map<Integer, Long> heads)
            throws SQLException {
        Map<String, String> pairs = new TreeMap<>();
        Array books = connection.createArrayOf("int4", heads.keySet().toArray());
        Array numbers = connection.createArrayOf("int8", heads.values().toArray());
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setArray(1, books);
            select.setArray(2, numbers);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    pairs.put(row.getString(1), row.getString(2));
                }
            }
        }
        return pairs;
    }

    private static void range(PreparedStatement select, int book, long from, long to) throws SQLException {
        select.setInt(1, book);
        select.setLong(2, from);
        select.setLong(3, to);
    }

    private static String truncated(@Nullable String content) {
        if (content == null) {
            return "absent";
        }
        return content.length() <= MAX_CHARS ? content : content.substring(0, MAX_CHARS) + "…";
    }
}
