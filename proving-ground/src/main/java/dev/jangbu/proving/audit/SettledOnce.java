package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/**
 * Compares approved lines, refunded lines and payouts with the journals, line by line, and journals with outbox and
 * entries.
 */
final class SettledOnce implements Invariant {

    /** The journal of each approved line, refunded line and payout that is not rejected. Lines of zero do not exist. */
    private static final String EXPECTED = """
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
                 WHERE status IN ('REQUESTED', 'BOOKED')) AS expected
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

    private static final Set<PipelineStage> PRODUCERS = Set.of(
            PipelineStage.CONNECTOR, PipelineStage.WALLET_PROCESSOR, PipelineStage.LEDGER, PipelineStage.PAYMENT_API);

    @Override
    public int number() {
        return 4;
    }

    @Override
    public String statement() {
        return "Each approved line, refunded line and booked payout has exactly one journal with its lines; each journal has an outbox row";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        MergeJoin.join(sources.paymentFacts(EXPECTED), sources.ledgerFacts(BOOKED), (reference, expected, booked) -> {
            if (!expected.equals(booked)) {
                violations.addMissing(
                        expected.containsAll(booked) ? PRODUCERS : Set.of(),
                        "%s: approved are %s, booked are %s",
                        reference,
                        expected,
                        booked);
            }
        });
        MergeJoin.join(sources.ledgerFacts(JOURNALS), sources.paymentFacts(OUTBOX), (id, journal, row) -> {
            if (journal.isEmpty()) {
                return; // Not booked: a rejected payout, or a difference that is reported above.
            }
            if (row.isEmpty()) {
                if (!Retention.mayBeDeleted(id, Retention.OUTBOX, sources.now())) {
                    violations.add("journal %s of %s has no outbox row", id, journal);
                }
            } else if (!journal.equals(row)) {
                violations.add("journal %s is of wallet %s and its outbox row of %s", id, journal, row);
            }
        });
        compareEntries(sources, violations);
    }

    /** A settlement has one entry, however often its request is repeated, and each entry has a journal. */
    private static void compareEntries(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (SortedFacts entries = sources.sortedFacts()) {
            int partitions = sources.partitions(Topics.LEDGER_ENTRIES);
            sources.topic(
                    Topics.LEDGER_ENTRIES,
                    (record, entry) -> {
                        if (RebuiltFromKafka.isOnItsPartition(record, entry, partitions)) {
                            entries.add(entry.getSettlementId(), entry.getWalletId());
                        }
                    },
                    unreadable -> {});
            MergeJoin.join(sources.ledgerFacts(JOURNALS), entries.sorted(), (id, journal, entry) -> {
                if (entry.count() > 1) {
                    violations.add("settlement %s changed its wallet %d times: %s", id, entry.count(), entry);
                } else if (journal.isEmpty()) {
                    violations.addMissing(
                            Set.of(PipelineStage.LEDGER), "settlement %s changed %s and has no journal", id, entry);
                } else if (entry.isEmpty()) {
                    violations.add("journal %s of %s has no entry in Kafka", id, journal);
                }
            });
        }
    }
}
