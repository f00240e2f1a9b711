package dev.jangbu.api.payout;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.IdempotentCall;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.outbox.ChargeGuard;
import dev.jangbu.api.outbox.Outbox;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.ProblemCode;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
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
    private final IdempotentCall idempotent;
    private final Outbox outbox;
    private final ChargeGuard chargeGuard;
    private final Clock clock;
    private final JsonMapper json;

    RequestPayout(
            PayoutStore payouts,
            WalletVersions wallets,
            IdempotencyKeys keys,
            IdempotentCall idempotent,
            Outbox outbox,
            ChargeGuard chargeGuard,
            Clock clock,
            JsonMapper json) {
        this.payouts = payouts;
        this.wallets = wallets;
        this.keys = keys;
        this.idempotent = idempotent;
        this.outbox = outbox;
        this.chargeGuard = chargeGuard;
        this.clock = clock;
        this.json = json;
    }

    /** @param expected the versions that the wallet may have; empty for any */
    Mono<ApiResponse> request(
            String sellerId,
            PayoutRequest.Valid request,
            Optional<ExpectedVersions> expected,
            IdempotencyKey key,
            TraceContext trace) {
        KeyedCall call = KeyedCall.of(key, OPERATION, sellerId + " " + text(expected), request);
        return keys.replay(call)
                .switchIfEmpty(Mono.defer(() -> chargeGuard.requireHealthy().then(Mono.defer(() -> payouts.findBy(call)
                        .map(existing -> answer(existing).asReplay())
                        .switchIfEmpty(Mono.defer(() -> expectedVersion(sellerId, request, expected)
                                .flatMap(version -> write(payout(sellerId, request, version, key), call, trace))))))));
    }

    /** The text of an expectation in the fingerprint of its call. */
    private static String text(Optional<ExpectedVersions> expected) {
        return expected.map(ExpectedVersions::versions)
                .map(versions -> versions.stream().map(String::valueOf).collect(Collectors.joining(", ")))
                .toString();
    }

    /** The version that the payout expects; empty for any. An error 412 if no version can match. */
    private Mono<Optional<Long>> expectedVersion(
            String sellerId, PayoutRequest.Valid request, Optional<ExpectedVersions> expected) {
        SortedSet<Long> versions = expected.map(ExpectedVersions::versions).orElseGet(Collections::emptySortedSet);
        if (expected.isEmpty()) {
            return Mono.just(Optional.empty());
        }
        if (versions.size() == 1) {
            return Mono.just(Optional.of(versions.first()));
        }
        Mono<Optional<Long>> present =
                wallets.of(sellerId, request.currency()).map(Optional::of).defaultIfEmpty(Optional.empty());
        return versions.isEmpty()
                ? present.flatMap(version -> Mono.error(conflict(version)))
                : present.map(version -> Optional.of(expected.get().choose(version.orElse(null))));
    }

    private Mono<ApiResponse> write(Payout payout, KeyedCall call, TraceContext trace) {
        return staleVersion(payout)
                .map(version -> refusal(version))
                .switchIfEmpty(Mono.fromSupplier(() -> insert(payout, call, trace)))
                .flatMap(step -> idempotent.once(call, payout.id(), () -> step));
    }

    private Mono<ApiResponse> insert(Payout payout, KeyedCall call, TraceContext trace) {
        return payouts.insert(payout, call)
                .then(Mono.defer(() ->
                        outbox.add(List.of(settlement(payout, call.key())), payout.createdAt(), trace.traceparent())))
                .then(Mono.fromSupplier(() -> answer(payout)));
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
    private static Mono<ApiResponse> refusal(long version) {
        return Mono.error(() -> conflict(Optional.of(version)));
    }

    private static Problem conflict(Optional<Long> version) {
        Problem conflict = new Problem(
                ProblemCode.VERSION_CONFLICT, "The wallet has another version; read it again before the next request");
        version.ifPresent(present -> conflict.with("version", present));
        return conflict;
    }

    private Payout payout(
            String sellerId, PayoutRequest.Valid request, Optional<Long> expectedVersion, IdempotencyKey key) {
        return new Payout(
                PayoutStore.id(key),
                sellerId,
                request.currency(),
                request.amount(),
                request.destination(),
                PayoutStatus.REQUESTED,
                null,
                expectedVersion.orElse(null),
                1,
                clock.instant(),
                null,
                null);
    }

    /** Without a time of the movement: a payout is remembered forever, since its id alone tells that it is a repetition. */
    private static SettlementRequested settlement(Payout payout, IdempotencyKey key) {
        return SettlementRequested.newBuilder()
                .setSettlementId(NameBasedId.ofPayoutSettlement(key.clientId(), key.text())
                        .toString())
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
                .setPart(1)
                .setMovedAt(null)
                .setCreatedAt(payout.createdAt())
                .setPaymentId(null)
                .setPaymentKey(null)
                .setTransactionKey(null)
                .build();
    }

    private ApiResponse answer(Payout payout) {
        return new ApiResponse(202, json.writeValueAsString(PayoutView.of(payout)), "/v1/payouts/" + payout.id());
    }
}
