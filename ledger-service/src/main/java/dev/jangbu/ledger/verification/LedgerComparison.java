package dev.jangbu.ledger.verification;

import dev.jangbu.ledger.database.Snapshot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
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

    /** Rows with their content, or with its digest. */
    private static final String ROWS = """
            SELECT j.no, CASE WHEN ? THEN r.content ELSE encode(sha256(convert_to(r.content, 'UTF8')), 'hex') END AS content
            FROM journals j
            CROSS JOIN LATERAL (
                SELECT (to_jsonb(j) - 'posted_at')::text || coalesce(string_agg(to_jsonb(l)::text, '' ORDER BY l.line_no), '')
                    AS content
                FROM lines l WHERE l.settlement_id = j.settlement_id
            ) r
            WHERE j.book = ? AND j.no > ? AND j.no <= ?
            """;

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

    private final Snapshot rebuilt;
    private final Snapshot live;
    private final Consumer<String> progress;
    private final Findings findings = new Findings();

    public LedgerComparison(Snapshot rebuilt, Snapshot live, Consumer<String> progress) {
        this.rebuilt = rebuilt;
        this.live = live;
        this.progress = progress;
    }

    /** @param journals the number of compared journals by book */
    public record Report(Map<Integer, Long> journals, Findings findings) {}

    /**
     * Reads both ledgers completely.
     *
     * @param waitForLive how long to wait for the live ledger to reach the rebuilt heads
     */
    public Report run(Duration waitForLive) throws SQLException, InterruptedException {
        Map<Integer, Long> heads = rebuilt.heads();
        Map<Integer, Long> liveHeads = catchUp(heads, waitForLive);
        Map<Integer, Long> common = new TreeMap<>();
        heads.forEach((book, expected) -> {
            long actual = liveHeads.getOrDefault(book, 0L);
            if (actual < expected) {
                findings.add(book, actual + 1, "is not in the live ledger, which ends at %d", actual);
            }
            common.put(book, Math.min(expected, actual));
            compareJournals(book, Math.min(expected, actual));
        });
        compare("balance", BALANCES, common);
        compare("account", ACCOUNTS, common);
        compare("number of lines of book", LINES, common);
        return new Report(common, findings);
    }

    private Map<Integer, Long> catchUp(Map<Integer, Long> heads, Duration waitForLive)
            throws SQLException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            Map<Integer, Long> actual = live.heads();
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

    private void compareJournals(int book, long lastNo) {
        for (long from = 0; from < lastNo; from += PAGE) {
            long to = Math.min(from + PAGE, lastNo);
            if (!rows(rebuilt, false, book, from, to).equals(rows(live, false, book, from, to))) {
                forEachDifference(
                        rows(rebuilt, true, book, from, to),
                        rows(live, true, book, from, to),
                        (no, expected, actual) -> findings.add(
                                book,
                                no,
                                "is%n    live:    %s%n    rebuilt: %s",
                                truncated(actual),
                                truncated(expected)));
            }
            progress.accept(String.format("book %d: %,d of %,d journals compared", book, to, lastNo));
        }
    }

    private void compare(String subject, String sql, Map<Integer, Long> heads) {
        forEachDifference(
                pairs(rebuilt, sql, heads),
                pairs(live, sql, heads),
                (key, expected, actual) ->
                        findings.add(Finding.NO_BOOK, 0, "%s %s: live %s, rebuilt %s", subject, key, actual, expected));
    }

    private static <K> void forEachDifference(
            Map<K, String> expected, Map<K, String> actual, DifferenceHandler<K> handler) {
        TreeSet<K> keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        for (K key : keys) {
            if (!Objects.equals(expected.get(key), actual.get(key))) {
                handler.accept(key, expected.get(key), actual.get(key));
            }
        }
    }

    private interface DifferenceHandler<K> {
        void accept(K key, @Nullable String expected, @Nullable String actual);
    }

    private static Map<Long, String> rows(Snapshot ledger, boolean content, int book, long from, long to) {
        Map<Long, String> rows = new HashMap<>();
        ledger.sql(ROWS).params(content, book, from, to).query(row -> {
            rows.put(row.getLong("no"), row.getString("content"));
        });
        return rows;
    }

    private static Map<String, String> pairs(Snapshot ledger, String sql, Map<Integer, Long> heads) {
        Map<String, String> pairs = new HashMap<>();
        ledger.sql(sql)
                .params(heads.keySet().toArray(Integer[]::new), heads.values().toArray(Long[]::new))
                .query(row -> {
                    pairs.put(row.getString(1), row.getString(2));
                });
        return pairs;
    }

    private static String truncated(@Nullable String content) {
        if (content == null) {
            return "absent";
        }
        return content.length() <= MAX_CHARS ? content : content.substring(0, MAX_CHARS) + "…";
    }
}
