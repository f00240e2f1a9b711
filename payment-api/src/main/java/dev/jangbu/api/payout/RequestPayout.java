package dev.jangbu.api.payout;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.api.http.Answer;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.api.outbox.ReplicationSlotMonitor;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the wallet for a payout. One transaction holds the payout, its outbox row and the key; whether the balance covers it, and
 * is still of the version that the client has seen, the wallet's desk decides. A version that is stale already is refused at
 * once, to save the way.
 */
@Component
class RequestPayout {

    private static final String OPERATION = "payout";

    private final PayoutStore payouts;
    private final WalletVersions wallets;
    private final IdempotencyKeys keys;
    private final Outbox outbox;
    private final ReplicationSlotMonitor replicationSlot;
    private final TransactionalOperator transaction;
    private final Clock clock;
    private final JsonMapper json;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    RequestPayout(
            PayoutStore payouts,
            WalletVersions wallets,
            IdempotencyKeys keys,
            Outbox outbox,
            ReplicationSlotMonitor replicationSlot,
            TransactionalOperator transaction,
            Clock clock,
            JsonMapper json) {
        this.payouts = payouts;
        this.wallets = wallets;
        this.keys = keys;
        this.outbox = outbox;
        this.replicationSlot = replicationSlot;
        this.transaction = transaction;
        this.clock = clock;
        this.json = json;
    }

    Mono<Answer> request(
            String sellerId,
            PayoutRequest.Valid request,
            Optional<Long> expectedVersion,
            IdempotencyKey key,
            TraceContext trace) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " " + sellerId + " " + expectedVersion, request);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> {
            Payout payout = payout(sellerId, request, expectedVersion);
            return replicationSlot.required().then(Mono.defer(() -> write(payout, key, fingerprint, trace)));
        }));
    }

    private Mono<Answer> write(Payout payout, IdempotencyKey key, Fingerprint fingerprint, TraceContext trace) {
        return payouts.findByKey(key)
                .flatMap(before -> before.fingerprint().equals(fingerprint)
                        ? Mono.just(answer(before.payout()).asReplay())
                        : Mono.<Answer>error(IdempotencyKeys.reused()))
                .switchIfEmpty(Mono.defer(() -> passedVersion(payout)
                        .flatMap(version -> stale(version, payout, key, fingerprint))
                        .switchIfEmpty(Mono.defer(
                                () -> insert(payout, key, fingerprint, trace).as(transaction::transactional)))));
    }

    private Mono<Answer> insert(Payout payout, IdempotencyKey key, Fingerprint fingerprint, TraceContext trace) {
        Answer answer = answer(payout);
        return keys.claim(key, fingerprint, OPERATION, payout.id(), 0, Duration.ZERO)
                .flatMap(claim -> switch (claim) {
                    case KeyState.Fresh fresh ->
                        payouts.insert(payout, key, fingerprint)
                                .then(outbox.add(List.of(settlement(payout)), payout.createdAt(), trace.traceparent()))
                                .then(keys.answered(key, answer))
                                .thenReturn(answer);
                    case KeyState.Done done -> Mono.just(done.answer());
                    case KeyState.Running running -> Mono.<Answer>error(inOneTransaction());
                });
    }

    /** The wallet's version, if it has passed the one that the client decided on. */
    private Mono<Long> passedVersion(Payout payout) {
        Long expected = payout.expectedVersion();
        return expected == null
                ? Mono.empty()
                // What is read may be behind; only what has passed the expected version is surely stale.
                : wallets.of(payout.sellerId(), payout.currency()).filter(version -> version > expected);
    }

    /**
     * Refuses, unless it was this very payout that moved the wallet on: the same call may have been done while the wallet was
     * looked at, and its client must not be told of a conflict and ask once more under a new key. A call that is written down
     * after this look can't have moved the wallet before it, so the desk refuses it for the same reason.
     */
    private Mono<Answer> stale(long version, Payout payout, IdempotencyKey key, Fingerprint fingerprint) {
        return keys.claim(key, fingerprint, OPERATION, payout.id(), 0, Duration.ZERO)
                .flatMap(claim -> switch (claim) {
                    case KeyState.Fresh fresh -> keys.forget(key).then(Mono.<Answer>empty());
                    case KeyState.Done done -> Mono.just(done.answer());
                    case KeyState.Running running -> Mono.<Answer>error(inOneTransaction());
                })
                .as(transaction::transactional)
                .switchIfEmpty(Mono.error(() -> new Problem(
                                ProblemCode.VERSION_CONFLICT, "The wallet has moved on; read it again and decide anew")
                        .with("version", version)));
    }

    private Payout payout(String sellerId, PayoutRequest.Valid request, Optional<Long> expectedVersion) {
        return new Payout(
                ids.generate(),
                sellerId,
                request.currency(),
                request.amount(),
                request.destination(),
                PayoutStatus.REQUESTED,
                null,
                expectedVersion.orElse(null),
                1,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                null,
                null);
    }

    private SettlementRequested settlement(Payout payout) {
        UUID id = outbox.nextId();
        return SettlementRequested.newBuilder()
                .setSettlementId(id.toString())
                .setKind(SettlementKind.PAYOUT)
                .setReferenceId(payout.id().toString())
                .setReferenceParts(1)
                .setLineId(payout.id().toString())
                .setOrderId("")
                .setWalletId(payout.walletId())
                .setSellerId(payout.sellerId())
                .setCurrency(payout.currency())
                .setAmount(payout.amount())
                .setFee(0)
                .setExpectedVersion(payout.expectedVersion())
                .setPsp("")
                .setOccurredAt(payout.createdAt())
                .build();
    }

    private static IllegalStateException inOneTransaction() {
        return new IllegalStateException("A payout is asked for in one transaction");
    }

    private Answer answer(Payout payout) {
        return new Answer(202, json.writeValueAsString(PayoutView.of(payout)), "/v1/payouts/" + payout.id());
    }
}
