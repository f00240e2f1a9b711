package dev.jangbu.operator.restore;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The payouts that the wallet processor has rejected. They have no journal, so the payments database is what is left of
 * the decision: without it, a request that is sent again would be decided again.
 */
record RejectedPayouts(List<Payout> payouts) {

    private static final String REJECTED = """
            SELECT id, client_id, idempotency_key, seller_id || ':' || currency AS wallet_id, rejection, decided_at
              FROM payouts
             WHERE status = 'REJECTED'
             ORDER BY decided_at
            """;

    private static final String REQUESTS = "SELECT id, payload FROM outbox WHERE aggregateid = ANY (?)";

    /**
     * @param settlementId null: the payout was restored without its key, and no request of it is left to be sent again
     */
    record Payout(@Nullable UUID settlementId, UUID id, String walletId, String rejection, Instant decidedAt) {

        Payout with(@Nullable UUID settlement) {
            return new Payout(settlement, id, walletId, rejection, decidedAt);
        }
    }

    static RejectedPayouts read(Database audit, RecordSerdes serdes) throws SQLException {
        List<Payout> payouts = new ArrayList<>(audit.list(REJECTED, RejectedPayouts::payout));
        Set<String> walletsOfUnnamed = new TreeSet<>();
        payouts.stream()
                .filter(payout -> payout.settlementId() == null)
                .forEach(payout -> walletsOfUnnamed.add(payout.walletId()));
        if (!walletsOfUnnamed.isEmpty()) {
            Map<UUID, UUID> settlements = requests(audit, serdes, walletsOfUnnamed);
            payouts.replaceAll(
                    payout -> payout.settlementId() == null ? payout.with(settlements.get(payout.id())) : payout);
        }
        return new RejectedPayouts(payouts);
    }

    /** Sends the completion of each, as the wallet processor has written it. */
    void publish(Consumer<ProducerRecord<byte[], byte[]>> producer, RecordSerdes serdes, int partitions) {
        Serializer<SettlementCompleted> serializer =
                serdes.warm(Topics.SETTLEMENT_COMPLETIONS).serializer();
        for (Payout payout : payouts) {
            SettlementCompleted completion = SettlementCompleted.newBuilder()
                    .setReferenceId(payout.id().toString())
                    .setKind(SettlementKind.PAYOUT)
                    .setOutcome(Outcome.REJECTED)
                    .setRejection(Rejection.valueOf(payout.rejection()))
                    .setParts(0)
                    .setCompletedAt(payout.decidedAt())
                    .build();
            String id = completion.getReferenceId();
            producer.accept(BookRecords.record(
                    Topics.SETTLEMENT_COMPLETIONS,
                    serializer,
                    Topic.partitionFor(id, partitions),
                    id,
                    completion,
                    payout.decidedAt(),
                    EventHeaders.headers(
                            id,
                            EventHeaders.TYPE_SETTLEMENT_COMPLETED,
                            "/jangbu/streams-processor",
                            payout.decidedAt())));
        }
    }

    /** The standard input of {@code RestoreStores} of streams-processor. */
    String lines() {
        StringBuilder lines = new StringBuilder();
        for (Payout payout : payouts) {
            if (payout.settlementId() != null) {
                lines.append("%s %s %s %d\n"
                        .formatted(
                                payout.settlementId(),
                                payout.id(),
                                payout.walletId(),
                                payout.decidedAt().toEpochMilli()));
            }
        }
        return lines.toString();
    }

    private static Payout payout(ResultSet row) throws SQLException {
        String key = row.getString("idempotency_key");
        return new Payout(
                key == null ? null : NameBasedId.ofPayoutSettlement(row.getString("client_id"), key),
                row.getObject("id", UUID.class),
                row.getString("wallet_id"),
                row.getString("rejection"),
                Objects.requireNonNull(Database.instant(row, "decided_at")));
    }

    private static Map<UUID, UUID> requests(Database audit, RecordSerdes serdes, Set<String> wallets)
            throws SQLException {
        Deserializer<SettlementRequested> deserializer =
                serdes.warm(Topics.SETTLEMENT_REQUESTS).deserializer();
        Map<UUID, UUID> settlements = new HashMap<>();
        audit.list(
                REQUESTS,
                row -> settlements.put(
                        UUID.fromString(deserializer
                                .deserialize(Topics.SETTLEMENT_REQUESTS.name(), row.getBytes("payload"))
                                .getReferenceId()),
                        row.getObject("id", UUID.class)),
                (Object) wallets.toArray(String[]::new));
        return settlements;
    }
}
