package dev.jangbu.api.auth;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/** Revokes an API key, unless it is the last valid one with the scope {@code admin}. */
@Component
class RevokeApiKey {

    private final ApiKeyStore store;
    private final ApiKeys keys;
    private final TransactionalOperator transaction;
    private final Clock clock;

    RevokeApiKey(ApiKeyStore store, ApiKeys keys, TransactionalOperator transaction, Clock clock) {
        this.store = store;
        this.keys = keys;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * Completes when the key is revoked, now or before. Fails with 404 if there is no such key, 409 if it is the last
     * admin key.
     */
    Mono<Void> revoke(UUID id) {
        Instant now = clock.instant();
        return store.lockAdmins(now)
                .collectList()
                .flatMap(admins -> admins.equals(List.of(id))
                        ? Mono.<byte[]>error(new Problem(
                                ProblemCode.LAST_ADMIN_KEY,
                                "No other valid key has the scope admin, and without one no key can be issued; issue"
                                        + " another admin key first, then revoke this one with it"))
                        : store.revoke(id, now))
                .as(transaction::transactional)
                .switchIfEmpty(Mono.error(() -> Problem.notFound("API key")))
                .doOnNext(keys::evict)
                .then();
    }
}
