package dev.jangbu.ledger.query;

import dev.jangbu.contract.UuidText;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads journals by settlement. */
final class Journals {

    private static final String JOURNAL = """
            SELECT j.settlement_id, j.kind, j.reference_id, j.reference_parts, j.currency,
                   (SELECT json_agg(json_build_object(
                               'lineNo', line_no, 'account', account, 'side', side, 'amount', amount) ORDER BY line_no)
                    FROM lines WHERE settlement_id = j.settlement_id) AS lines,
                   j.wallet_id, j.wallet_version, j.balance_after, j.book, j.no AS journal_no, encode(j.hash, 'hex') AS hash,
                   coalesce((SELECT encode(hash, 'hex') FROM journals WHERE book = j.book AND no = j.no - 1), repeat('00', 32))
                       AS previous_hash,
                   j.occurred_at, j.recorded_at, j.posted_at
            FROM journals j
            WHERE j.settlement_id = :id
            """;

    private final JdbcClient jdbc;

    Journals(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @throws NotFoundException if the settlement has no journal, or the text is not a UUID */
    JournalView find(String settlementId) {
        return UuidText.parse(settlementId)
                .flatMap(id -> jdbc.sql(JOURNAL)
                        .param("id", id)
                        .query(JournalView.class)
                        .optional())
                .orElseThrow(() -> new NotFoundException("The ledger has no journal of that settlement"));
    }
}
