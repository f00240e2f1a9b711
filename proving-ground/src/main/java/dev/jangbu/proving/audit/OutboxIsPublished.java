package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Merge;
import dev.jangbu.proving.facts.Said;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/**
 * The outbox against {@code settlement.requests}: each row is there, byte for byte, as often as it pleases; and what is there
 * without a row was refused and lies among the dead letters.
 */
final class OutboxIsPublished implements Invariant {

    private static final String OUTBOX = """
            SELECT id AS key, aggregateid || ' ' || encode(sha256(payload), 'hex') AS text FROM outbox ORDER BY id
            """;

    @Override
    public int number() {
        return 3;
    }

    @Override
    public String statement() {
        return "The outbox's rows are the topic's records, byte for byte; what else is on the topic is a dead letter";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        try (SortedFacts requests = evidence.cards();
                RefusedRecords refused = new RefusedRecords(evidence)) {
            evidence.topic(
                    Topics.SETTLEMENT_REQUESTS,
                    (record, request) -> requests.add(request.getSettlementId(), RecordBytes.of(record)),
                    refused::unreadable);
            Merge.join(evidence.paymentCards(OUTBOX), requests.sorted(), (id, row, records) -> {
                if (row.nothing()) {
                    withoutRow(evidence, refused, id, records);
                } else if (records.nothing()) {
                    if (!Age.mayBeGone(id, Age.REQUESTS_KEPT, evidence.now())) {
                        breaches.lacking(Set.of(Stage.CHANGE_STREAM), "the outbox row %s never came to the topic", id);
                    }
                } else if (!records.oneThing() || !records.text().equals(row.text())) {
                    breaches.add("settlement %s: the outbox says %s, the topic %s", id, row, records);
                }
            });
            refused.areDeadLetters(Stage.WALLET_DESK, breaches);
        }
    }

    private static void withoutRow(Evidence evidence, RefusedRecords refused, String id, Said records)
            throws IOException {
        if (Age.mayBeGone(id, Age.OUTBOX_KEPT, evidence.now())) {
            return;
        }
        for (String bytes : records.texts().keySet()) {
            refused.add(bytes, "a request with the id " + id + ", which is not in the outbox");
        }
    }
}
