package dev.jangbu.api.auth;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.http.Answer;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import tools.jackson.databind.json.JsonMapper;

/**
 * Issues an API key. It is in the first answer alone: what is kept for repetitions of the call is the same answer without
 * it, as it is stored nowhere. Who lost the first answer revokes that key and asks for another.
 */
@Component
class IssueApiKey implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(IssueApiKey.class);

    private static final String OPERATION = "api-key";

    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(15);
    private static final Retry DATABASE_AWAY = Retry.fixedDelay(60, Duration.ofSeconds(1))
            .filter(failure ->
                    failure instanceof DataAccessResourceFailureException || failure instanceof TimeoutException)
            .doBeforeRetry(retry -> log.warn("Not ready: {}", retry.failure().getMessage()));

    private final ApiKeyStore store;
    private final IdempotencyKeys keys;
    private final TransactionalOperator transaction;
    private final PaymentApiSettings settings;
    private final Clock clock;
    private final JsonMapper json;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    IssueApiKey(
            ApiKeyStore store,
            IdempotencyKeys keys,
            TransactionalOperator transaction,
            PaymentApiSettings settings,
            Clock clock,
            JsonMapper json) {
        this.store = store;
        this.keys = keys;
        this.transaction = transaction;
        this.settings = settings;
        this.clock = clock;
        this.json = json;
    }

    Mono<Answer> issue(ApiKeyRequest request, IdempotencyKey key) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION, request);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> {
            ApiKeyRequest.Valid valid = request.validated(clock.instant());
            ApiKey issued = new ApiKey(ids.generate(), valid.name(), valid.scopes(), now(), valid.expiresAt(), null);
            return insert(issued, KeySecret.random(), key, fingerprint);
        }));
    }

    private Mono<Answer> insert(ApiKey issued, KeySecret secret, IdempotencyKey key, Fingerprint fingerprint) {
        Answer kept = answer(issued, ApiKeyView.of(issued));
        return keys.claim(key, fingerprint, OPERATION, issued.id(), 0, Duration.ZERO)
                .flatMap(claim -> switch (claim) {
                    case KeyState.Fresh fresh ->
                        store.insert(issued, secret)
                                .then(keys.answered(key, kept))
                                .thenReturn(answer(issued, ApiKeyView.issued(issued, secret)));
                    case KeyState.Done done -> Mono.just(done.answer());
                    case KeyState.Running running ->
                        Mono.<Answer>error(new IllegalStateException("Issuing a key is one transaction"));
                })
                .as(transaction::transactional);
    }

    private Answer answer(ApiKey issued, ApiKeyView view) {
        return new Answer(201, json.writeValueAsString(view), "/v1/api-keys/" + issued.id());
    }

    /**
     * Makes the development key, if one is set; one that was revoked stays so. A database that is away for a while, as it may be
     * right after a start, is waited for; one that doesn't answer is asked again.
     */
    @Override
    public void run(ApplicationArguments arguments) {
        if (!settings.devApiKey().isEmpty()) {
            ApiKey dev = new ApiKey(ids.generate(), "dev", EnumSet.allOf(Scope.class), now(), null, null);
            store.insert(dev, new KeySecret(settings.devApiKey()))
                    .timeout(ANSWERED_WITHIN)
                    .retryWhen(DATABASE_AWAY)
                    .block();
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
