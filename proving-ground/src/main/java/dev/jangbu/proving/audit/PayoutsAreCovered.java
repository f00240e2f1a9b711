package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.Merge;
import java.io.IOException;
import java.sql.SQLException;

/** What the wallet desk must have looked at before it booked a payout, seen from its journal. */
final class PayoutsAreCovered implements Invariant {

    /** The version that a payout was decided on, if it was asked for on one. */
    private static final String ASKED_FOR = """
            SELECT id AS key, coalesce(expected_version::text, 'any') AS text FROM payouts ORDER BY id
            """;

    /** What was left, and the version that the payout made. */
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
        return "A payout takes no more than there was, and from the version of the wallet that it was asked for on";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        Merge.join(evidence.paymentCards(ASKED_FOR), evidence.ledgerCards(BOOKED), (payout, asked, booked) -> {
            for (String journal : booked.texts().keySet()) {
                String[] part = journal.split(" ", -1);
                long left = Long.parseLong(part[0]);
                long version = Long.parseLong(part[1]);
                if (left < 0) {
                    breaches.add("payout %s leaves %d in the wallet: it was of more than there was", payout, left);
                }
                if (!asked.nothing() && !asked.text().equals("any") && Long.parseLong(asked.text()) != version - 1) {
                    breaches.add(
                            "payout %s was asked for on version %s of the wallet and is its version %d",
                            payout, asked.text(), version);
                }
            }
        });
    }
}
