package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.FactGroup;
import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/**
 * Compares the outbox with {@code settlement.requests}. Each row is on the topic at least once, with identical bytes.
 * A record without a row was refused and is among the dead letters.
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
        return "Each outbox row is on the topic with identical bytes; every other record of the topic is a dead letter";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (SortedFacts requests = sources.sortedFacts();
                ExpectedDeadLetters expected = new ExpectedDeadLetters(sources)) {
            sources.topic(
                    Topics.SETTLEMENT_REQUESTS,
                    (record, request) -> requests.add(request.getSettlementId(), RecordBytes.of(record)),
                    expected::addUnreadable);
            MergeJoin.join(sources.paymentFacts(OUTBOX), requests.sorted(), (id, row, records) -> {
                if (row.isEmpty()) {
                    expectDeadLetter(sources, expected, id, records);
                } else if (records.isEmpty()) {
                    if (!Retention.mayBeDeleted(id, Retention.REQUESTS, sources.now())) {
                        violations.addMissing(
                                Set.of(PipelineStage.CONNECTOR), "the outbox row %s is not on the topic", id);
                    }
                } else if (!records.isSingle() || !records.text().equals(row.text())) {
                    violations.add("settlement %s: the outbox has %s, the topic has %s", id, row, records);
                }
            });
            expected.verify(PipelineStage.WALLET_PROCESSOR, violations);
        }
    }

    private static void expectDeadLetter(
            AuditSources sources, ExpectedDeadLetters expected, String id, FactGroup records) throws IOException {
        if (Retention.mayBeDeleted(id, Retention.OUTBOX, sources.now())) {
            return;
        }
        for (String bytes : records.texts().keySet()) {
            expected.add(bytes, "a request with the id " + id + ", which is not in the outbox");
        }
    }
}
