package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Nothing is missing between one journal and the next, in the wallet's order and in the book's. */
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

    private static final String POSTED = "SELECT settlement_id, book, no, encode(hash, 'hex') AS hash FROM journals";

    @Override
    public int number() {
        return 7;
    }

    @Override
    public String statement() {
        return "Wallet versions and journal numbers have no gap; balances, hashes and postings follow from the one before";
    }

    @Override
    public void check(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        evidence.ledger(
                VERSIONS,
                row -> breaches.add(
                        "%s version %d (balance %d) follows version %d (balance %d), moved by %d",
                        row.getString("wallet_id"),
                        row.getLong("wallet_version"),
                        row.getLong("balance_after"),
                        row.getLong("previous_version"),
                        row.getLong("previous_balance"),
                        row.getLong("moved")));
        evidence.ledger(
                NUMBERS,
                row -> breaches.add(
                        "book %d: journal %d follows %d",
                        row.getInt("book"), row.getLong("no"), row.getLong("previous")));
        evidence.ledger(
                HASHES,
                row -> breaches.add(
                        "book %d: the hash of journal %d is not that of its bytes",
                        row.getInt("book"), row.getLong("no")));
        comparePostings(evidence, breaches);
    }

    private static void comparePostings(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        Map<String, String> postings = new HashMap<>();
        evidence.topics().read(Topics.LEDGER_POSTINGS, posted -> {
            byte[] hash = new byte[posted.getHash().remaining()];
            posted.getHash().duplicate().get(hash);
            String said = posted.getBook() + "/" + posted.getJournalNo() + " "
                    + HexFormat.of().formatHex(hash);
            if (postings.put(posted.getSettlementId(), said) != null) {
                breaches.add("settlement %s was posted twice", posted.getSettlementId());
            }
        });
        evidence.ledger(POSTED, row -> {
            String id = row.getString("settlement_id");
            String stands = row.getInt("book") + "/" + row.getLong("no") + " " + row.getString("hash");
            String said = postings.remove(id);
            if (!stands.equals(said)) {
                breaches.add("journal %s is %s and its posting says %s", id, stands, said);
            }
        });
        postings.forEach((id, said) -> breaches.add("posting %s of %s has no journal", said, id));
    }
}
