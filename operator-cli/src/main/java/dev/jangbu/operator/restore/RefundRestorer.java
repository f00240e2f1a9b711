package dev.jangbu.operator.restore;

import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.RefundedFee;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.operator.restore.StoredPayment.Line;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Restores a refund of an approved payment: approves its row, or inserts it. */
record RefundRestorer(Database maintenance) {

    private static final String APPROVE_REFUND = """
            UPDATE refunds
               SET status = 'APPROVED', version = version + 1, cause = 'restored', approved_at = ?, failure_code = NULL,
                   lease_until = NULL, next_attempt_at = NULL
             WHERE id = ?
            """;

    private static final String INSERT_REFUND = """
            INSERT INTO refunds (id, client_id, payment_id, operation, status, amount, reason, restored_at, cause,
                                 version, attempts, created_at, approved_at)
            VALUES (?, ?, ?, 'refund', 'APPROVED', ?, 'restored', now(), 'restored', 1, 1, ?, ?)
            """;

    private static final String INSERT_REFUND_LINE =
            "INSERT INTO refund_lines (refund_id, line_no, line_id, amount, fee) VALUES (?, ?, ?, ?, ?)";

    private static final String SET_REFUND_FEE = "UPDATE refund_lines SET fee = ? WHERE refund_id = ? AND line_id = ?";

    private static final String REFUND_LINE = """
            UPDATE payment_lines
               SET refunded_amount = refunded_amount + ?, refunded_fee = refunded_fee + ?,
                   reserved_amount = reserved_amount - ?
             WHERE payment_id = ? AND line_id = ?
            """;

    private static final String INSERT_CANCEL = """
            INSERT INTO psp_cancels (payment_id, transaction_key, refund_id) VALUES (?, ?, ?)
            ON CONFLICT (payment_id, transaction_key) DO NOTHING
            """;

    private static final String REFUND = "SELECT payment_id, created_at FROM refunds WHERE id = ? FOR UPDATE";

    private static final String REFUND_LINES =
            "SELECT line_id, amount FROM refund_lines WHERE refund_id = ? ORDER BY line_no";

    private record Refund(UUID paymentId, Instant createdAt) {}

    private record RefundLine(String lineId, long amount) {}

    /** See {@link ReferenceRestorer#obstacle}. */
    static Optional<String> obstacle(LostReference lost) {
        if (lost.status() != null) {
            return Optional.empty();
        }
        if (!lost.isKnown() || lost.common().getPaymentId() == null) {
            return Optional.of("Kafka does not know its payment");
        }
        return lost.isComplete() ? Optional.empty() : Optional.of("Kafka lacks some of its parts");
    }

    /** @return the requests that Kafka lacks */
    List<SettlementRequested> restore(LostReference lost) throws SQLException {
        SettlementRequested common = lost.common();
        Optional<Refund> row = maintenance.first(
                REFUND,
                found -> new Refund(
                        found.getObject("payment_id", UUID.class),
                        Objects.requireNonNull(Database.instant(found, "created_at"))),
                lost.id());
        UUID paymentId = row.isPresent() ? row.get().paymentId() : UUID.fromString(common.getPaymentId());
        StoredPayment payment = StoredPayment.lock(maintenance, paymentId)
                .orElseThrow(() -> new Unrestorable("its payment " + paymentId + " is missing"));
        if (!payment.status().equals("APPROVED") && !payment.status().equals("COMPLETED")) {
            throw new Unrestorable("its payment " + paymentId + " is " + payment.status());
        }
        String transactionKey = common.getTransactionKey();
        List<RefundLine> refunded = row.isPresent() ? refundLines(lost.id()) : List.of();
        if (row.isPresent()) {
            maintenance.update(APPROVE_REFUND, common.getOccurredAt(), lost.id());
        } else {
            maintenance.update(
                    INSERT_REFUND,
                    lost.id(),
                    ReferenceRestorer.CLIENT_ID,
                    paymentId,
                    lost.amountMinor(),
                    Objects.requireNonNullElse(common.getCreatedAt(), common.getOccurredAt()),
                    common.getOccurredAt());
            for (KafkaRequest part : lost.parts()) {
                SettlementRequested line = part.request();
                maintenance.update(
                        INSERT_REFUND_LINE,
                        lost.id(),
                        line.getPart(),
                        line.getLineId(),
                        line.getAmount(),
                        line.getFee());
            }
            refunded = lost.parts().stream()
                    .map(part -> new RefundLine(
                            part.request().getLineId(), part.request().getAmount()))
                    .toList();
        }
        Map<UUID, SettlementRequested> requests = new HashMap<>();
        Map<String, Line> lines = new HashMap<>();
        payment.lines().forEach(line -> lines.put(line.lineId(), line));
        boolean isReserved = lost.status() != null && !lost.status().equals("FAILED");
        for (int i = 0; i < refunded.size(); i++) {
            RefundLine part = refunded.get(i);
            Line line = Optional.ofNullable(lines.get(part.lineId()))
                    .orElseThrow(() -> new Unrestorable("its payment has no line " + part.lineId()));
            long fee = fee(lost, i + 1, part, line);
            if (row.isPresent()) {
                maintenance.update(SET_REFUND_FEE, fee, lost.id(), part.lineId());
            }
            maintenance.update(
                    REFUND_LINE, part.amount(), fee, isReserved ? part.amount() : 0, paymentId, part.lineId());
            UUID id = transactionKey == null
                    ? NameBasedId.ofDecidedLine(lost.id(), part.lineId())
                    : NameBasedId.ofCanceledLine(payment.psp(), transactionKey, part.lineId());
            requests.put(
                    id,
                    payment.request(lost, refunded.size(), i + 1, id, line, part.amount(), fee)
                            .setPaymentKey(payment.paymentKey())
                            .setTransactionKey(transactionKey)
                            .setCreatedAt(row.map(Refund::createdAt).orElse(common.getCreatedAt()))
                            .build());
        }
        maintenance.update("UPDATE payments SET version = version + 1 WHERE id = ?", paymentId);
        if (transactionKey != null) {
            maintenance.update(INSERT_CANCEL, paymentId, transactionKey, lost.id());
        }
        return lost.without(requests);
    }

    /** The returned fee as Kafka has it, else by the rule of every refund. */
    private static long fee(LostReference lost, int part, RefundLine refunded, Line line) {
        for (KafkaRequest known : lost.parts()) {
            if (known.request().getPart() != null && known.request().getPart() == part) {
                if (known.request().getAmount() != refunded.amount()) {
                    throw new Unrestorable("the database has another amount of line " + line.lineId());
                }
                return known.request().getFee();
            }
        }
        return RefundedFee.of(
                line.fee(), line.amount(), Math.addExact(line.refundedAmount(), refunded.amount()), line.refundedFee());
    }

    private List<RefundLine> refundLines(UUID refundId) throws SQLException {
        return maintenance.list(
                REFUND_LINES, row -> new RefundLine(row.getString("line_id"), row.getLong("amount")), refundId);
    }
}
