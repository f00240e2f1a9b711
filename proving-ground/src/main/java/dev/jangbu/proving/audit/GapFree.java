package dev.jangbu.proving.audit;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Set;

/** Each journal follows the previous one, in its wallet and in its book, without a gap. */
final class GapFree implements Invariant {

    private static final String VERSIONS = """
            SELECT wallet_id, wallet_version, balance_after, previous_version, previous_balance, moved
              FROM (SELECT wallet_id, wallet_version, balance_after,
                           coalesce(lag(wallet_version) OVER wallet, 0) AS previous_version,
                           coalesce(lag(balance_after) OVER wallet, 0) AS previous_balance,
                           (SELECT coalesce(sum(CASE l.side WHEN 'CREDIT' THEN l.amount ELSE -l.amount END), 0)
                              FROM lines l
                             WHERE l.settlement_id = j.settlement_id
                               AND l.account = 'seller:' || split_part(j.wallet_id, ':', 1) || ':payable') AS moved
                      FROM journals j
                    WINDOW wallet AS (PARTITION BY wallet_id ORDER BY wallet_version)) AS followed
             WHERE wallet_version <> previous_version + 1 OR balance_after <> previous_balance + moved
            """;

    private static final String NUMBERS = """
            SELECT book, no, previous
              FROM (SELECT book, no, coalesce(lag(no) OVER (PARTITION BY book ORDER BY no), 0) AS previous FROM journals) AS f
             WHERE no <> previous + 1
            """;

    private static final String HASHES = "SELECT settlement_id, no, book FROM journal_hashes WHERE stored <> computed";

    private static final String HEADS = """
            SELECT b.book, b.last_no, encode(b.head_hash, 'hex') AS head_hash, j.no, encode(j.hash, 'hex') AS hash
              FROM books b
              LEFT JOIN LATERAL (SELECT no, hash FROM journals WHERE book = b.book ORDER BY no DESC LIMIT 1) AS j ON true
             WHERE b.last_no <> coalesce(j.no, 0) OR b.head_hash <> coalesce(j.hash, decode(repeat('00', 32), 'hex'))
            """;

    private static final String MISPLACED = """
            SELECT l.settlement_id, l.line_no, l.book, l.no, l.recorded_at, j.book AS journal_book, j.no AS journal_no
              FROM lines l
              JOIN journals j USING (settlement_id)
             WHERE (l.book, l.no, l.recorded_at) IS DISTINCT FROM (j.book, j.no, j.recorded_at)
            """;

    private static final String JOURNALS = """
            SELECT settlement_id AS key,
                   concat_ws(' ', book || '/' || no, kind, reference_id, reference_parts, encode(hash, 'hex')) AS text
              FROM journals
             ORDER BY settlement_id
            """;

    @Override
    public int number() {
        return 7;
    }

    @Override
    public String statement() {
        return "Wallet versions and journal numbers have no gap; balances, hashes and postings follow from the previous ones";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        sources.ledger(
                VERSIONS,
                row -> violations.add(
                        "%s version %d (balance %d) follows version %d (balance %d), moved by %s",
                        row.getString("wallet_id"),
                        row.getLong("wallet_version"),
                        row.getLong("balance_after"),
                        row.getLong("previous_version"),
                        row.getLong("previous_balance"),
                        row.getString("moved")));
        sources.ledger(
                NUMBERS,
                row -> violations.add(
                        "book %d: journal %d follows %d",
                        row.getInt("book"), row.getLong("no"), row.getLong("previous")));
        sources.ledger(
                HASHES,
                row -> violations.add(
                        "book %d: the hash of journal %d is not that of its bytes",
                        row.getInt("book"), row.getLong("no")));
        sources.ledger(
                HEADS,
                row -> violations.add(
                        "book %d has the head %d (%s), and its last journal is %d (%s)",
                        row.getInt("book"),
                        row.getLong("last_no"),
                        row.getString("head_hash"),
                        row.getLong("no"),
                        row.getString("hash")));
        sources.ledger(
                MISPLACED,
                row -> violations.add(
                        "line %d of %s is at %s/%s (%s) and its journal at %s/%s",
                        row.getInt("line_no"),
                        row.getString("settlement_id"),
                        row.getString("book"),
                        row.getString("no"),
                        row.getString("recorded_at"),
                        row.getString("journal_book"),
                        row.getString("journal_no")));
        comparePostings(sources, violations);
    }

    private static void comparePostings(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (SortedFacts postings = sources.sortedFacts();
                ExpectedDeadLetters expected = new ExpectedDeadLetters(sources)) {
            sources.topic(
                    Topics.LEDGER_POSTINGS,
                    (record, posted) -> postings.add(posted.getSettlementId(), text(posted)),
                    expected::addUnreadable);
            MergeJoin.join(sources.ledgerFacts(JOURNALS), postings.sorted(), (id, journal, posted) -> {
                if (!journal.equals(posted)) {
                    violations.addMissing(
                            posted.isEmpty() ? Set.of(PipelineStage.LEDGER) : Set.of(),
                            "settlement %s: the ledger has %s, its postings have %s",
                            id,
                            journal,
                            posted);
                }
            });
            expected.verify(PipelineStage.COMPLETION_PROCESSOR, violations);
        }
    }

    /** In the format of {@link #JOURNALS}. */
    private static String text(LedgerPosted posted) {
        byte[] hash = new byte[posted.getHash().remaining()];
        posted.getHash().duplicate().get(hash);
        return posted.getBook() + "/" + posted.getJournalNo() + " " + posted.getKind() + " " + posted.getReferenceId()
                + " " + posted.getReferenceParts() + " " + HexFormat.of().formatHex(hash);
    }
}
