package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Merge;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/** From what was approved to what is booked, and back: for each reference the journals in full, line by line. */
final class SettledOnce implements Invariant {

    /** What must be booked for each approved line, refunded line and payout that isn't refused. Zero lines don't exist. */
    private static final String WANTED = """
            SELECT key, text FROM (
                SELECT p.id AS key,
                       concat_ws(' ', 'PAYMENT', 'of', count(*) OVER (PARTITION BY p.id), l.seller_id || ':' || p.currency,
                           CASE WHEN l.fee > 0 THEN 'platform:fees CREDIT ' || l.fee END,
                           'psp:' || p.psp || ':receivable DEBIT ' || l.amount,
                           CASE WHEN l.amount > l.fee
                                THEN 'seller:' || l.seller_id || ':payable CREDIT ' || (l.amount - l.fee) END) AS text
                  FROM payments p
                  JOIN payment_lines l ON l.payment_id = p.id
                 WHERE p.status IN ('APPROVED', 'COMPLETED')
                UNION ALL
                SELECT r.id,
                       concat_ws(' ', 'REFUND', 'of', count(*) OVER (PARTITION BY r.id), l.seller_id || ':' || p.currency,
                           CASE WHEN rl.fee > 0 THEN 'platform:fees DEBIT ' || rl.fee END,
                           'psp:' || p.psp || ':receivable CREDIT ' || rl.amount,
                           CASE WHEN rl.amount > rl.fee
                                THEN 'seller:' || l.seller_id || ':payable DEBIT ' || (rl.amount - rl.fee) END)
                  FROM refunds r
                  JOIN refund_lines rl ON rl.refund_id = r.id
                  JOIN payments p ON p.id = r.payment_id
                  JOIN payment_lines l ON l.payment_id = r.payment_id AND l.line_id = rl.line_id
                 WHERE r.status IN ('APPROVED', 'COMPLETED')
                UNION ALL
                SELECT id,
                       concat_ws(' ', 'PAYOUT', 'of', 1, seller_id || ':' || currency,
                           'platform:payouts CREDIT ' || amount, 'seller:' || seller_id || ':payable DEBIT ' || amount)
                  FROM payouts
                 WHERE status IN ('REQUESTED', 'BOOKED')) AS wanted
             ORDER BY key
            """;

    private static final String BOOKED = """
            SELECT j.reference_id AS key,
                   concat_ws(' ', j.kind, 'of', j.reference_parts, j.wallet_id,
                       (SELECT string_agg(concat_ws(' ', l.account, l.side, l.amount), ' ' ORDER BY l.account COLLATE "C")
                          FROM lines l
                         WHERE l.settlement_id = j.settlement_id)) AS text
              FROM journals j
             ORDER BY j.reference_id
            """;

    private static final String JOURNALS =
            "SELECT settlement_id AS key, wallet_id AS text FROM journals ORDER BY settlement_id";

    private static final String OUTBOX = "SELECT id AS key, aggregateid AS text FROM outbox ORDER BY id";

    private static final Set<Stage> ON_ITS_WAY =
            Set.of(Stage.CHANGE_STREAM, Stage.WALLET_DESK, Stage.LEDGER, Stage.FRONT_DOOR);

    @Override
    public int number() {
        return 4;
    }

    @Override
    public String statement() {
        return "Each approved line, refunded line and booked payout settles once, as a journal of just that; no journal lacks its outbox row";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        Merge.join(evidence.paymentCards(WANTED), evidence.ledgerCards(BOOKED), (reference, wanted, booked) -> {
            if (!wanted.equals(booked)) {
                breaches.lacking(
                        wanted.covers(booked) ? ON_ITS_WAY : Set.of(),
                        "%s: approved is %s, booked is %s",
                        reference,
                        wanted,
                        booked);
            }
        });
        Merge.join(evidence.ledgerCards(JOURNALS), evidence.paymentCards(OUTBOX), (id, journal, row) -> {
            if (journal.nothing()) {
                return; // Not booked: a refused payout, or what the comparison above has reported.
            }
            if (row.nothing()) {
                if (!Age.mayBeGone(id, Age.OUTBOX_KEPT, evidence.now())) {
                    breaches.add("journal %s of %s has no outbox row", id, journal);
                }
            } else if (!journal.equals(row)) {
                breaches.add("journal %s moves %s and its outbox row says %s", id, journal, row);
            }
        });
        compareEntries(evidence, breaches);
    }

    /** Whatever comes how often it may: a settlement moves a wallet once, and what moved one is booked. */
    private static void compareEntries(Evidence evidence, Violations breaches) throws IOException, SQLException {
        try (SortedFacts entries = evidence.cards()) {
            int partitions = evidence.partitions(Topics.LEDGER_ENTRIES);
            evidence.topic(
                    Topics.LEDGER_ENTRIES,
                    (record, entry) -> {
                        if (RebuiltFromKafka.isInItsPlace(record, entry, partitions)) {
                            entries.add(entry.getSettlementId(), entry.getWalletId());
                        }
                    },
                    unreadable -> {});
            Merge.join(evidence.ledgerCards(JOURNALS), entries.sorted(), (id, journal, entry) -> {
                if (entry.count() > 1) {
                    breaches.add("settlement %s moved its wallet %d times: %s", id, entry.count(), entry);
                } else if (journal.nothing()) {
                    breaches.lacking(Set.of(Stage.LEDGER), "settlement %s moved %s and is in no journal", id, entry);
                } else if (entry.nothing()) {
                    breaches.add("journal %s of %s has no entry in Kafka", id, journal);
                }
            });
        }
    }
}
