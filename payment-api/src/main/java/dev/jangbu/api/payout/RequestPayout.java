package dev.jangbu.api.payout;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.api.outbox.ReplicationSlotMonitor;
import dev.jangbu.contract.ProblemCode;
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
 * Requests a payout from the wallet. One transaction stores the payout, its outbox row and the idempotency key. The
 * wallet processor decides whether the balance suffices and the wallet still has the expected version. A version that
 * is already stale is refused here, before anything is stored.
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

    Mono<ApiResponse> request(
            String sellerId,
            PayoutRequest.Valid request,
            Optional<Long> expectedVersion,
            IdempotencyKey key,
            TraceContext trace) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION + " " + sellerId + " " + expectedVersion, request);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> {
            Payout payout = payout(sellerId, request, expectedVersion);
            return replicationSlot.requireHealthy().then(Mono.defer(() -> write(payout, key, fingerprint, trace)));
        }));
    }

    private Mono<ApiResponse> write(Payout payout, IdempotencyKey key, Fingerprint fingerprint, TraceContext trace) {
        return payouts.findByKey(key)
                .flatMap(existing -> existing.fingerprint().equals(fingerprint)
                        ? Mono.just(answer(existing.payout()).asReplay())
                        : Mono.<ApiResponse>error(IdempotencyKeys.reused()))
                .switchIfEmpty(Mono.defer(() -> staleVersion(payout)
                        .flatMap(version -> refuseStale(version, payout, key, fingerprint))
                        .switchIfEmpty(Mono.defer(
                                () -> insert(payout, key, fingerprint, trace).as(transaction::transactional)))));
    }

    private Mono<ApiResponse> insert(Payout payout, IdempotencyKey key, Fingerprint fingerprint, TraceContext trace) {
        ApiResponse answer = answer(payout);
        return keys.claim(key, fingerprint, OPERATION, payout.id(), 0, Duration.ZERO)
                .flatMap(claim -> switch (claim) {
                    case KeyState.Fresh fresh ->
                        payouts.insert(payout, key, fingerprint)
                                .then(outbox.add(List.of(settlement(payout)), payout.createdAt(), trace.traceparent()))
                                .then(keys.storeResponse(key, answer))
                                .thenReturn(answer);
                    case KeyState.Done done -> Mono.just(done.answer());
                    case KeyState.Running running -> Mono.<ApiResponse>error(neverRunning());
                });
    }

    /** The wallet's present version, if it is higher than the expected one. */
    private Mono<Long> staleVersion(Payout payout) {
        Long expected = payout.expectedVersion();
        return expected == null
                ? Mono.empty()
                // The read may lag behind; only a higher version proves that the expected one is stale.
                : wallets.of(payout.sellerId(), payout.currency()).filter(version -> version > expected);
    }

    /**
     * Refuses, unless this payout itself changed the wallet: a concurrent copy of the call may have committed during
     * the read, and its client must not get a conflict and request the payout again under a new key. A copy that
     * commits after this check can't have changed the wallet before the read, so the wallet processor refuses it for
     * the same reason.
     */
    private Mono<ApiResponse> refuseStale(long version, Payout payout, IdempotencyKey key, Fingerprint fingerprint) {
        return keys.claim(key, fingerprint, OPERATION, payout.id(), 0, Duration.ZERO)
                .flatMap(claim -> switch (claim) {
                    case KeyState.Fresh fresh -> keys.release(key).then(Mono.<ApiResponse>empty());
                    case KeyState.Done done -> Mono.just(done.answer());
                    case KeyState.Running running -> Mono.<ApiResponse>error(neverRunning());
                })
                .as(transaction::transactional)
                .switchIfEmpty(Mono.error(() -> new Problem(
                                ProblemCode.VERSION_CONFLICT,
                                "The wallet has changed; read it again before the next request")
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
                .setAmount(payout.amountMinor())
                .setFee(0)
                .setExpectedVersion(payout.expectedVersion())
                .setPsp("")
                .setOccurredAt(payout.createdAt())
                .build();
    }

    private static IllegalStateException neverRunning() {
        return new IllegalStateException("A payout commits with its key, so none is running");
    }

    private ApiResponse answer(Payout payout) {
        return new ApiResponse(202, json.writeValueAsString(PayoutView.of(payout)), "/v1/payouts/" + payout.id());
    }
}
