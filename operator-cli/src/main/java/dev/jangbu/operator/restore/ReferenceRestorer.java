package dev.jangbu.operator.restore;

import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.SettlementRequested;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Restores payments, refunds and payouts that Kafka has settled, each with its outbox rows in one transaction. What
 * can't be restored stays unchanged.
 */
final class ReferenceRestorer {

    /** The only client so far. */
    private static final String CLIENT_ID = "default";

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

    private static final String INSERT_PAYOUT = """
            INSERT INTO payouts (id, client_id, seller_id, currency, amount, destination, status, expected_version,
                                 restored_at, cause, version, created_at)
            VALUES (?, ?, ?, ?, ?, '(restored)', 'REQUESTED', ?, now(), 'restored', 1, ?)
            """;

    private static final String PAYMENT = """
            SELECT id, status, order_id, currency, psp, payment_key, created_at FROM payments WHERE id = ? FOR UPDATE
            """;

    private static final String LINES = """
            SELECT line_id, seller_id, amount, fee, refunded_amount, refunded_fee
              FROM payment_lines WHERE payment_id = ? ORDER BY line_no
            """;

    private static final String REFUND = "SELECT payment_id, created_at FROM refunds WHERE id = ? FOR UPDATE";

    private static final String REFUND_LINES =
            "SELECT line_id, amount FROM refund_lines WHERE refund_id = ? ORDER BY line_no";

    private final Database maintenance;
    private final LostOutboxRows outbox;

    ReferenceRestorer(Database maintenance, LostOutboxRows outbox) {
        this.maintenance = maintenance;
        this.outbox = outbox;
    }

    private record Payment(
            UUID id,
            String status,
            String orderId,
            String currency,
            String psp,
            @Nullable String paymentKey,
            Instant createdAt) {}

    private record Line(String lineId, String sellerId, long amount, long fee, long refundedAmount, long refundedFee) {}

    private record Refund(UUID paymentId, Instant createdAt) {}

    private record RefundLine(String lineId, long amount) {}

    /**
     * Why a reference can't be restored from what Kafka has; empty if it can, as far as it is known without the rest of
     * the database.
     */
    static Optional<String> obstacle(LostReference lost) {
        return switch (lost.kind()) {
            case PAYMENT -> lost.status() == null ? obstacleOfNewPayment(lost) : obstacleOfPayment(lost, lost.status());
            case REFUND -> lost.status() == null ? obstacleOfNewRefund(lost) : Optional.empty();
            case PAYOUT -> Optional.empty();
            case UNKNOWN -> Optional.of("its kind is not known");
        };
    }

    private static Optional<String> obstacleOfNewPayment(LostReference lost) {
        SettlementRequested common = lost.common();
        if (!lost.isKnown() || common.getPaymentKey() == null || common.getCreatedAt() == null) {
            return Optional.of("Kafka knows neither its order nor its payment key");
        }
        return lost.isComplete() ? Optional.empty() : Optional.of("Kafka lacks some of its parts");
    }

    private static Optional<String> obstacleOfPayment(LostReference lost, String status) {
        return lost.common().getPaymentKey() == null && !hasPaymentKey(status)
                ? Optional.of("Kafka does not know its payment key")
                : Optional.empty();
    }

    private static Optional<String> obstacleOfNewRefund(LostReference lost) {
        if (!lost.isKnown() || lost.common().getPaymentId() == null) {
            return Optional.of("Kafka does not know its payment");
        }
        return lost.isComplete() ? Optional.empty() : Optional.of("Kafka lacks some of its parts");
    }

    private static boolean hasPaymentKey(String status) {
        return !List.of("READY", "CANCELED", "EXPIRED").contains(status);
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
                            case PAYMENT -> restorePayment(lost);
                            case REFUND -> restoreRefund(lost);
                            case PAYOUT -> restorePayout(lost);
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

    /** The database contradicts Kafka: a person has to decide. */
    static final class Unrestorable extends RuntimeException {
        Unrestorable(String reason) {
            super(reason);
        }
    }

    private List<SettlementRequested> restorePayment(LostReference lost) throws SQLException {
        SettlementRequested common = lost.common();
        Optional<Payment> row = payment(lost.id());
        String psp = common.getPsp();
        String paymentKey = common.getPaymentKey();
        String orderId = row.map(Payment::orderId).orElse(common.getOrderId());
        maintenance.update(CLOSE_OTHERS, lost.id().toString(), psp, paymentKey, lost.id(), orderId, psp, paymentKey);
        if (row.isPresent()) {
            return approvePayment(lost, row.get());
        }
        maintenance.update(
                INSERT_PAYMENT,
                lost.id(),
                CLIENT_ID,
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

    private List<SettlementRequested> approvePayment(LostReference lost, Payment row) throws SQLException {
        String paymentKey = lost.common().getPaymentKey();
        if (row.paymentKey() != null && paymentKey != null && !row.paymentKey().equals(paymentKey)) {
            throw new Unrestorable("the database has another payment key: " + row.paymentKey());
        }
        List<Line> lines = lines(row.id());
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
                    request(lost, row, lines.size(), i + 1, id, line, line.amount(), line.fee())
                            .setPaymentKey(key)
                            .setCreatedAt(row.createdAt())
                            .build());
        }
        return withoutKnown(requests, lost);
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

    private List<SettlementRequested> restoreRefund(LostReference lost) throws SQLException {
        SettlementRequested common = lost.common();
        Optional<Refund> row = maintenance.first(
                REFUND,
                found -> new Refund(
                        found.getObject("payment_id", UUID.class),
                        Objects.requireNonNull(Database.instant(found, "created_at"))),
                lost.id());
        UUID paymentId = row.isPresent() ? row.get().paymentId() : UUID.fromString(common.getPaymentId());
        Payment payment =
                payment(paymentId).orElseThrow(() -> new Unrestorable("its payment " + paymentId + " is missing"));
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
                    CLIENT_ID,
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
        lines(paymentId).forEach(line -> lines.put(line.lineId(), line));
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
                    request(lost, payment, refunded.size(), i + 1, id, line, part.amount(), fee)
                            .setPaymentKey(payment.paymentKey())
                            .setTransactionKey(transactionKey)
                            .setCreatedAt(row.map(Refund::createdAt).orElse(common.getCreatedAt()))
                            .build());
        }
        maintenance.update("UPDATE payments SET version = version + 1 WHERE id = ?", paymentId);
        if (transactionKey != null) {
            maintenance.update(INSERT_CANCEL, paymentId, transactionKey, lost.id());
        }
        return withoutKnown(requests, lost);
    }

    /** The returned fee as Kafka has it, else by the rule of every refund: rounded half up, of all that is refunded. */
    private static long fee(LostReference lost, int part, RefundLine refunded, Line line) {
        for (KafkaRequest known : lost.parts()) {
            if (known.request().getPart() != null && known.request().getPart() == part) {
                if (known.request().getAmount() != refunded.amount()) {
                    throw new Unrestorable("the database has another amount of line " + line.lineId());
                }
                return known.request().getFee();
            }
        }
        BigInteger doubled = BigInteger.valueOf(line.fee())
                .multiply(BigInteger.valueOf(Math.addExact(line.refundedAmount(), refunded.amount())))
                .multiply(BigInteger.TWO)
                .add(BigInteger.valueOf(line.amount()));
        long total = doubled.divide(BigInteger.valueOf(line.amount()).multiply(BigInteger.TWO))
                .longValueExact();
        return Math.subtractExact(total, line.refundedFee());
    }

    private List<SettlementRequested> restorePayout(LostReference lost) throws SQLException {
        SettlementRequested common = lost.common();
        maintenance.update(
                INSERT_PAYOUT,
                lost.id(),
                CLIENT_ID,
                common.getSellerId(),
                common.getCurrency(),
                common.getAmount(),
                common.getExpectedVersion(),
                Objects.requireNonNullElse(common.getCreatedAt(), common.getOccurredAt()));
        return List.of();
    }

    /**
     * A part that Kafka lacks. No lower bound of its time is known, so the wallet processor remembers it forever.
     */
    private static SettlementRequested.Builder request(
            LostReference lost, Payment payment, int parts, int part, UUID id, Line line, long amount, long fee) {
        return SettlementRequested.newBuilder()
                .setSettlementId(id.toString())
                .setKind(lost.kind())
                .setReferenceId(lost.id().toString())
                .setReferenceParts(parts)
                .setLineId(line.lineId())
                .setOrderId(payment.orderId())
                .setWalletId(line.sellerId() + ":" + payment.currency())
                .setSellerId(line.sellerId())
                .setCurrency(payment.currency())
                .setAmount(amount)
                .setFee(fee)
                .setExpectedVersion(null)
                .setPsp(payment.psp())
                .setOccurredAt(lost.common().getOccurredAt())
                .setPart(part)
                .setMovedAt(null)
                .setPaymentId(payment.id().toString());
    }

    private static List<SettlementRequested> withoutKnown(Map<UUID, SettlementRequested> requests, LostReference lost) {
        for (KafkaRequest part : lost.parts()) {
            requests.remove(part.settlementId());
        }
        // A person's decision or an entry names the lines otherwise: then all parts must be known.
        if (requests.size() + lost.parts().size() != lost.common().getReferenceParts()) {
            throw new Unrestorable("the ids of its parts differ from those of the database");
        }
        return List.copyOf(requests.values());
    }

    private Optional<Payment> payment(UUID id) throws SQLException {
        return maintenance.first(
                PAYMENT,
                row -> new Payment(
                        row.getObject("id", UUID.class),
                        row.getString("status"),
                        row.getString("order_id"),
                        row.getString("currency"),
                        row.getString("psp"),
                        row.getString("payment_key"),
                        Objects.requireNonNull(Database.instant(row, "created_at"))),
                id);
    }

    private List<Line> lines(UUID paymentId) throws SQLException {
        return maintenance.list(
                LINES,
                (ResultSet row) -> new Line(
                        row.getString("line_id"),
                        row.getString("seller_id"),
                        row.getLong("amount"),
                        row.getLong("fee"),
                        row.getLong("refunded_amount"),
                        row.getLong("refunded_fee")),
                paymentId);
    }

    private List<RefundLine> refundLines(UUID refundId) throws SQLException {
        return maintenance.list(
                REFUND_LINES, row -> new RefundLine(row.getString("line_id"), row.getLong("amount")), refundId);
    }
}
