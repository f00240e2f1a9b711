package dev.jangbu.api.auth;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.KeyState;
import dev.jangbu.api.settings.PaymentApiSettings;
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
 * Issues an API key. Only the first response contains the secret, which is not stored; a replayed response omits it. A
 * client that lost the first response revokes the key and requests another.
 */
@Component
class IssueApiKey implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(IssueApiKey.class);

    private static final String OPERATION = "api-key";

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(15);
    private static final Retry RETRY_WHILE_UNAVAILABLE = Retry.fixedDelay(60, Duration.ofSeconds(1))
            .filter(failure ->
                    failure instanceof DataAccessResourceFailureException || failure instanceof TimeoutException)
            .doBeforeRetry(retry -> log.warn(
                    "The development API key is not created yet: {}",
                    retry.failure().getMessage()));

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

    Mono<ApiResponse> issue(ApiKeyRequest request, IdempotencyKey key) {
        Fingerprint fingerprint = Fingerprint.of(OPERATION, request);
        return keys.replay(key, fingerprint).switchIfEmpty(Mono.defer(() -> {
            ApiKeyRequest.Valid valid = request.validated(clock.instant());
            ApiKey issued = new ApiKey(ids.generate(), valid.name(), valid.scopes(), now(), valid.expiresAt(), null);
            return insert(issued, KeySecret.random(), key, fingerprint);
        }));
    }

    private Mono<ApiResponse> insert(ApiKey issued, KeySecret secret, IdempotencyKey key, Fingerprint fingerprint) {
        ApiResponse replayable = response(issued, ApiKeyView.of(issued));
        return keys.claim(key, fingerprint, OPERATION, issued.id(), 0, Duration.ZERO)
                .flatMap(claim -> switch (claim) {
                    case KeyState.Fresh fresh ->
                        store.insert(issued, secret)
                                .then(keys.storeResponse(key, replayable))
                                .thenReturn(response(issued, ApiKeyView.issued(issued, secret)));
                    case KeyState.Done done -> Mono.just(done.answer());
                    case KeyState.Running running ->
                        Mono.<ApiResponse>error(new IllegalStateException(
                                "A key is issued in one transaction, so it can't be in progress"));
                })
                .as(transaction::transactional);
    }

    private ApiResponse response(ApiKey issued, ApiKeyView view) {
        return new ApiResponse(201, json.writeValueAsString(view), "/v1/api-keys/" + issued.id());
    }

    /**
     * Creates the development key, if one is set. A revoked one stays revoked. Retries for about a minute while the
     * database is unavailable or doesn't respond, as may happen right after the start.
     */
    @Override
    public void run(ApplicationArguments arguments) {
        if (!settings.devApiKey().isEmpty()) {
            ApiKey dev = new ApiKey(ids.generate(), "dev", EnumSet.allOf(Scope.class), now(), null, null);
            store.insert(dev, new KeySecret(settings.devApiKey()))
                    .timeout(ATTEMPT_TIMEOUT)
                    .retryWhen(RETRY_WHILE_UNAVAILABLE)
                    .block();
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
