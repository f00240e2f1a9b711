package dev.jangbu.operator.restore;

import dev.jangbu.contract.SettlementRequested;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A payment's row, which is locked, with its lines. Amounts are in minor units. */
record StoredPayment(
        UUID id,
        String status,
        String orderId,
        String currency,
        String psp,
        @Nullable String paymentKey,
        Instant createdAt,
        List<Line> lines) {

    private static final String PAYMENT = """
            SELECT id, status, order_id, currency, psp, payment_key, created_at FROM payments WHERE id = ? FOR UPDATE
            """;

    private static final String LINES = """
            SELECT line_id, seller_id, amount, fee, refunded_amount, refunded_fee
              FROM payment_lines WHERE payment_id = ? ORDER BY line_no
            """;

    record Line(String lineId, String sellerId, long amount, long fee, long refundedAmount, long refundedFee) {}

    /** Reads and locks a payment; empty if there is none. */
    static Optional<StoredPayment> lock(Database database, UUID id) throws SQLException {
        return database.first(
                PAYMENT,
                row -> new StoredPayment(
                        id,
                        row.getString("status"),
                        row.getString("order_id"),
                        row.getString("currency"),
                        row.getString("psp"),
                        row.getString("payment_key"),
                        Objects.requireNonNull(Database.instant(row, "created_at")),
                        lines(database, id)),
                id);
    }

    private static List<Line> lines(Database database, UUID id) throws SQLException {
        return database.list(
                LINES,
                row -> new Line(
                        row.getString("line_id"),
                        row.getString("seller_id"),
                        row.getLong("amount"),
                        row.getLong("fee"),
                        row.getLong("refunded_amount"),
                        row.getLong("refunded_fee")),
                id);
    }

    /**
     * A part of the payment or of its refund, which Kafka lacks. No lower bound of its time is known, so the wallet
     * processor remembers it forever.
     */
    SettlementRequested.Builder request(
            LostReference lost, int parts, int part, UUID settlementId, Line line, long amount, long fee) {
        return SettlementRequested.newBuilder()
                .setSettlementId(settlementId.toString())
                .setKind(lost.kind())
                .setReferenceId(lost.id().toString())
                .setReferenceParts(parts)
                .setLineId(line.lineId())
                .setOrderId(orderId)
                .setWalletId(line.sellerId() + ":" + currency)
                .setSellerId(line.sellerId())
                .setCurrency(currency)
                .setAmount(amount)
                .setFee(fee)
                .setExpectedVersion(null)
                .setPsp(psp)
                .setOccurredAt(lost.common().getOccurredAt())
                .setPart(part)
                .setMovedAt(null)
                .setPaymentId(id.toString());
    }
}
