package dev.jangbu.payment.outbox;

import static dev.jangbu.payment.database.Rows.column;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.UUIDClock;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.payment.database.Values;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Writes what is to be settled, one row for each seller's line, in the transaction of the approval. */
@Component
public class Outbox {

    /** May be continued by a WHERE; {@link #bind} binds what it needs. */
    public static final String INSERT = """
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

    /** An id of this moment: the database takes no other. */
    public UUID nextId() {
        return ids.generate();
    }

    /**
     * Adds what is to be settled, in the caller's transaction.
     *
     * @param requests their ids are from {@link #nextId()}, taken just before
     * @param decidedAt when what they settle was decided: the events' time
     * @param traceparent of the request that led to it
     */
    public Mono<Void> add(List<SettlementRequested> requests, Instant decidedAt, @Nullable String traceparent) {
        return bind(new Values(), requests, decidedAt, traceparent)
                .in(database.sql(INSERT))
                .fetch()
                .rowsUpdated()
                .flatMap(inserted -> inserted == requests.size()
                        ? Mono.<Void>empty()
                        : Mono.error(new IllegalStateException(
                                "The outbox took %d of %d requests".formatted(inserted, requests.size()))));
    }

    /** Adds what {@link #INSERT} needs, as {@link #add} does, to the values of a statement that does more than that. */
    public Values bind(
            Values values, List<SettlementRequested> requests, Instant decidedAt, @Nullable String traceparent) {
        return values.with("topic", Topics.SETTLEMENT_REQUESTS.name())
                .with("type", EventHeaders.TYPE_SETTLEMENT_REQUESTED)
                .with("time", decidedAt)
                .with("ids", column(requests, r -> UUID.fromString(r.getSettlementId()), UUID[]::new))
                .with("walletIds", column(requests, SettlementRequested::getWalletId, String[]::new))
                .with("payloads", column(requests, r -> HEX.formatHex(bytes.of(r)), String[]::new))
                .with("traceparent", traceparent, String.class);
    }
}
