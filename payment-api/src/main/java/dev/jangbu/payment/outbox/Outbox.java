package dev.jangbu.payment.outbox;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.UUIDClock;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.payment.payment.Payment;
import dev.jangbu.payment.payment.PaymentLine;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Writes what is to be settled, one row for each seller's line, in the transaction of the approval. */
@Component
public class Outbox {

    private static final String INSERT = """
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time, traceparent)
            SELECT id, :topic, wallet_id, :type, decode(payload, 'hex'), :time, :traceparent
              FROM unnest(:ids, :walletIds, :payloads) AS request (id, wallet_id, payload)
            """;

    /** Payloads travel as hexadecimal text: R2DBC's driver garbles an array of bytea. */
    private static final HexFormat HEX = HexFormat.of();

    private final DatabaseClient database;
    private final SettlementBytes bytes;
    private final TimeBasedEpochGenerator ids;

    Outbox(DatabaseClient database, SettlementBytes bytes, Clock clock) {
        this.database = database;
        this.bytes = bytes;
        this.ids = Generators.timeBasedEpochGenerator(new SecureRandom(), new UUIDClock() {
            @Override
            public long currentTimeMillis() {
                return clock.millis();
            }
        });
    }

    /** Requests the settlement of every line of an approved payment. */
    public Mono<Void> settle(Payment payment) {
        Instant approvedAt = Objects.requireNonNull(payment.approvedAt(), "approved");
        List<SettlementRequested> requests = payment.lines().stream()
                .map(line -> request(payment, line, approvedAt))
                .toList();
        DatabaseClient.GenericExecuteSpec insert = database.sql(INSERT)
                .bind("topic", Topics.SETTLEMENT_REQUESTS.name())
                .bind("type", EventHeaders.TYPE_SETTLEMENT_REQUESTED)
                .bind("time", approvedAt)
                .bind(
                        "ids",
                        requests.stream()
                                .map(r -> UUID.fromString(r.getSettlementId()))
                                .toArray(UUID[]::new))
                .bind(
                        "walletIds",
                        requests.stream().map(SettlementRequested::getWalletId).toArray(String[]::new))
                .bind(
                        "payloads",
                        requests.stream().map(bytes::of).map(HEX::formatHex).toArray(String[]::new));
        insert = payment.traceparent() == null
                ? insert.bindNull("traceparent", String.class)
                : insert.bind("traceparent", payment.traceparent());
        return insert.fetch()
                .rowsUpdated()
                .flatMap(inserted -> inserted == requests.size()
                        ? Mono.<Void>empty()
                        : Mono.error(new IllegalStateException(
                                "The outbox took %d of %d requests".formatted(inserted, requests.size()))));
    }

    private SettlementRequested request(Payment payment, PaymentLine line, Instant approvedAt) {
        return SettlementRequested.newBuilder()
                .setSettlementId(ids.generate().toString())
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(payment.id().toString())
                .setReferenceParts(payment.lines().size())
                .setLineId(line.lineId())
                .setOrderId(payment.orderId())
                .setWalletId(line.sellerId() + ":" + payment.currency())
                .setSellerId(line.sellerId())
                .setCurrency(payment.currency())
                .setAmount(line.amount())
                .setFee(line.fee())
                .setExpectedVersion(null)
                .setPsp(payment.psp())
                .setOccurredAt(approvedAt)
                .build();
    }
}
