package dev.jangbu.operator.restore;

import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.operator.restore.StoredPayment.Line;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Restores a payment: approves its row, or inserts it. Cancels other open payments of its order or payment key. */
record PaymentRestorer(Database maintenance) {

    private static final String CLOSE_OTHERS = """
            UPDATE payments
               SET status = 'CANCELED', version = version + 1, cause = 'restored as ' || ?, lease_until = NULL,
                   next_attempt_at = NULL,
                   payment_key = CASE WHEN psp = ? AND payment_key = ? THEN NULL ELSE payment_key END
             WHERE id <> ? AND (order_id = ? OR psp = ? AND payment_key = ?)
                   AND status IN ('READY', 'ACCEPTED', 'EXECUTING', 'UNKNOWN', 'REVIEW')
            """;

    private static final String APPROVE_PAYMENT = """
            UPDATE payments
               SET status = 'APPROVED', version = version + 1, cause = 'restored',
                   payment_key = coalesce(payment_key, ?), approved_at = ?, decline_code = NULL,
                   lease_until = NULL, next_attempt_at = NULL, unknown_since = NULL
             WHERE id = ?
            """;

    private static final String INSERT_PAYMENT = """
            INSERT INTO payments (id, client_id, restored_at, order_id, status, currency, amount, metadata, psp,
                                  payment_key, cause, version, created_at, approved_at)
            VALUES (?, ?, now(), ?, 'APPROVED', ?, ?, '{}', ?, ?, 'restored', 1, ?, ?)
            """;

    private static final String INSERT_LINE = """
            INSERT INTO payment_lines (payment_id, line_no, line_id, seller_id, amount, fee, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """;

    /** See {@link ReferenceRestorer#obstacle}. */
    static Optional<String> obstacle(LostReference lost) {
        SettlementRequested common = lost.common();
        if (lost.status() != null) {
            return common.getPaymentKey() == null && !hasPaymentKey(lost.status())
                    ? Optional.of("Kafka does not know its payment key")
                    : Optional.empty();
        }
        if (!lost.isKnown() || common.getPaymentKey() == null || common.getCreatedAt() == null) {
            return Optional.of("Kafka knows neither its order nor its payment key");
        }
        return lost.isComplete() ? Optional.empty() : Optional.of("Kafka lacks some of its parts");
    }

    private static boolean hasPaymentKey(String status) {
        return !List.of("READY", "CANCELED", "EXPIRED").contains(status);
    }

    /** @return the requests that Kafka lacks */
    List<SettlementRequested> restore(LostReference lost) throws SQLException {
        SettlementRequested common = lost.common();
        Optional<StoredPayment> row = StoredPayment.lock(maintenance, lost.id());
        String psp = common.getPsp();
        String paymentKey = common.getPaymentKey();
        String orderId = row.map(StoredPayment::orderId).orElse(common.getOrderId());
        maintenance.update(CLOSE_OTHERS, lost.id().toString(), psp, paymentKey, lost.id(), orderId, psp, paymentKey);
        if (row.isPresent()) {
            return approve(lost, row.get());
        }
        maintenance.update(
                INSERT_PAYMENT,
                lost.id(),
                ReferenceRestorer.CLIENT_ID,
                orderId,
                common.getCurrency(),
                lost.amountMinor(),
                psp,
                paymentKey,
                common.getCreatedAt(),
                common.getOccurredAt());
        for (KafkaRequest part : lost.parts()) {
            SettlementRequested line = part.request();
            maintenance.update(
                    INSERT_LINE,
                    lost.id(),
                    line.getPart(),
                    line.getLineId(),
                    line.getSellerId(),
                    line.getAmount(),
                    line.getFee(),
                    common.getCreatedAt());
        }
        return List.of();
    }

    private List<SettlementRequested> approve(LostReference lost, StoredPayment row) throws SQLException {
        String paymentKey = lost.common().getPaymentKey();
        if (row.paymentKey() != null && paymentKey != null && !row.paymentKey().equals(paymentKey)) {
            throw new Unrestorable("the database has another payment key: " + row.paymentKey());
        }
        List<Line> lines = row.lines();
        for (KafkaRequest part : lost.parts()) {
            requireSameLine(part.request(), lines);
        }
        maintenance.update(APPROVE_PAYMENT, paymentKey, lost.common().getOccurredAt(), row.id());
        String key = paymentKey == null ? Objects.requireNonNull(row.paymentKey()) : paymentKey;
        Map<UUID, SettlementRequested> requests = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            UUID id = NameBasedId.ofChargedLine(row.psp(), key, line.lineId());
            requests.put(
                    id,
                    row.request(lost, lines.size(), i + 1, id, line, line.amount(), line.fee())
                            .setPaymentKey(key)
                            .setCreatedAt(row.createdAt())
                            .build());
        }
        return lost.without(requests);
    }

    private static void requireSameLine(SettlementRequested request, List<Line> lines) {
        Integer part = request.getPart();
        if (part == null || part > lines.size()) {
            throw new Unrestorable("the database has other lines");
        }
        Line line = lines.get(part - 1);
        if (line.amount() != request.getAmount()
                || line.fee() != request.getFee()
                || !line.sellerId().equals(request.getSellerId())) {
            throw new Unrestorable("the database has another line " + line.lineId());
        }
    }
}
