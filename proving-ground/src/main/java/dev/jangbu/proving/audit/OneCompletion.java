package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** The end of a payment's way. */
final class OneCompletion implements Invariant {

    @Override
    public int number() {
        return 8;
    }

    @Override
    public String statement() {
        return "One completion for each completed payment, and none for another";
    }

    @Override
    public void check(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        Set<String> completions = new HashSet<>();
        evidence.topics().read(Topics.SETTLEMENT_COMPLETIONS, completed -> {
            if (!completions.add(completed.getReferenceId())) {
                breaches.add("%s was completed twice", completed.getReferenceId());
            }
        });
        evidence.payments("SELECT id FROM payments WHERE status = 'COMPLETED'", row -> {
            if (!completions.remove(row.getString("id"))) {
                breaches.add("payment %s is COMPLETED without a completion", row.getString("id"));
            }
        });
        completions.forEach(id -> breaches.add("%s was completed and is no COMPLETED payment", id));
    }
}
