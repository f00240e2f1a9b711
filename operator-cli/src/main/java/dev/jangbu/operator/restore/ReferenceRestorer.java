package dev.jangbu.operator.restore;

import dev.jangbu.contract.SettlementRequested;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Restores payments, refunds and payouts that Kafka has settled, each with its outbox rows in one transaction. What
 * can't be restored stays unchanged.
 */
final class ReferenceRestorer {

    /** The only client so far. */
    static final String CLIENT_ID = "default";

    private final Database maintenance;
    private final LostOutboxRows outbox;

    ReferenceRestorer(Database maintenance, LostOutboxRows outbox) {
        this.maintenance = maintenance;
        this.outbox = outbox;
    }

    /**
     * Why a reference can't be restored from what Kafka has; empty if it can, as far as it is known without the rest of
     * the database.
     */
    static Optional<String> obstacle(LostReference lost) {
        return switch (lost.kind()) {
            case PAYMENT -> PaymentRestorer.obstacle(lost);
            case REFUND -> RefundRestorer.obstacle(lost);
            case PAYOUT -> Optional.empty();
            case UNKNOWN -> Optional.of("its kind is not known");
        };
    }

    /**
     * Restores a reference.
     *
     * @return the requests that Kafka lacks; their outbox rows must be published
     * @throws Unrestorable if the database contradicts Kafka; nothing is changed then
     */
    List<UUID> restore(LostReference lost) throws SQLException {
        List<UUID> unpublished = new ArrayList<>();
        try {
            maintenance.inTransaction(() -> {
                List<SettlementRequested> missing =
                        switch (lost.kind()) {
                            case PAYMENT -> new PaymentRestorer(maintenance).restore(lost);
                            case REFUND -> new RefundRestorer(maintenance).restore(lost);
                            case PAYOUT -> {
                                new PayoutRestorer(maintenance).restore(lost);
                                yield List.of();
                            }
                            case UNKNOWN -> throw new Unrestorable("its kind is not known");
                        };
                for (KafkaRequest part : lost.parts()) {
                    outbox.insert(part);
                }
                for (SettlementRequested request : missing) {
                    outbox.insert(request);
                    unpublished.add(UUID.fromString(request.getSettlementId()));
                }
            });
        } catch (SQLException e) {
            // An integrity constraint, or a trigger of the schema: not a failure of the connection.
            String state = Objects.requireNonNullElse(e.getSQLState(), "");
            if (state.startsWith("23") || state.startsWith("JB")) {
                throw new Unrestorable(Objects.requireNonNullElse(e.getMessage(), state));
            }
            throw e;
        }
        return unpublished;
    }
}
