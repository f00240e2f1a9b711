package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.MergeJoin;
import java.io.IOException;
import java.sql.SQLException;

/** Checks each payout's journal: the wallet was covered, and it had the version that the payout expected. */
final class PayoutsAreCovered implements Invariant {

    /** The wallet version that a payout expects, or {@code any}. */
    private static final String EXPECTED = """
            SELECT id AS key, coalesce(expected_version::text, 'any') AS text FROM payouts ORDER BY id
            """;

    /** The balance and the wallet version after the payout. */
    private static final String BOOKED = """
            SELECT reference_id AS key, balance_after || ' ' || wallet_version AS text
              FROM journals
             WHERE kind = 'PAYOUT'
             ORDER BY reference_id
            """;

    @Override
    public int number() {
        return 4;
    }

    @Override
    public String statement() {
        return "A payout is covered by the wallet's balance and applies to the wallet version that it expects";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        MergeJoin.join(sources.paymentFacts(EXPECTED), sources.ledgerFacts(BOOKED), (payout, expected, booked) -> {
            for (String journal : booked.texts().keySet()) {
                String[] part = journal.split(" ", -1);
                long balance = Long.parseLong(part[0]);
                long version = Long.parseLong(part[1]);
                if (balance < 0) {
                    violations.add("payout %s leaves %d in the wallet: it was not covered", payout, balance);
                }
                if (!expected.isEmpty()
                        && !expected.text().equals("any")
                        && Long.parseLong(expected.text()) != version - 1) {
                    violations.add(
                            "payout %s expects version %s of the wallet and made version %d",
                            payout, expected.text(), version);
                }
            }
        });
    }
}
