package dev.jangbu.api.auth;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.api.continuity.DatabaseContinuity;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.idempotency.IdempotencyKeys;
import dev.jangbu.api.idempotency.IdempotentCall;
import dev.jangbu.api.idempotency.KeyedCall;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;
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

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(15);
    private static final Retry RETRY_WHILE_UNAVAILABLE = Retry.fixedDelay(60, Duration.ofSeconds(1))
            .filter(failure ->
                    failure instanceof DataAccessResourceFailureException || failure instanceof TimeoutException)
            .doBeforeRetry(retry -> log.warn(
                    "The development API key is not created yet: {}",
                    retry.failure().getMessage()));

    private final ApiKeyStore store;
    private final IdempotencyKeys keys;
    private final IdempotentCall idempotent;
    private final DatabaseContinuity continuity;
    private final PaymentApiSettings settings;
    private final Clock clock;
    private final JsonMapper json;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    IssueApiKey(
            ApiKeyStore store,
            IdempotencyKeys keys,
            IdempotentCall idempotent,
            DatabaseContinuity continuity,
            PaymentApiSettings settings,
            Clock clock,
            JsonMapper json) {
        this.store = store;
        this.keys = keys;
        this.idempotent = idempotent;
        this.continuity = continuity;
        this.settings = settings;
        this.clock = clock;
        this.json = json;
    }

    Mono<ApiResponse> issue(ApiKeyRequest request, IdempotencyKey key) {
        KeyedCall call = KeyedCall.of(key, "api-key", "", request);
        return keys.replay(call).switchIfEmpty(Mono.defer(() -> {
            ApiKeyRequest.Valid valid = request.validated(clock.instant());
            return insert(
                    new ApiKey(ids.generate(), valid.name(), valid.scopes(), clock.instant(), valid.expiresAt(), null),
                    KeySecret.random(),
                    call);
        }));
    }

    /** Stores the response without the secret. */
    private Mono<ApiResponse> insert(ApiKey issued, KeySecret secret, KeyedCall call) {
        return idempotent
                .once(call, issued.id(), () -> store.insert(issued, secret)
                        .then(Mono.fromSupplier(() -> response(issued, ApiKeyView.of(issued)))))
                .map(answer -> answer.replayed() ? answer : response(issued, ApiKeyView.of(issued, secret.text())));
    }

    private ApiResponse response(ApiKey issued, ApiKeyView view) {
        return new ApiResponse(201, json.writeValueAsString(view), "/v1/api-keys/" + issued.id());
    }

    /**
     * Creates the development key, if one is set. A revoked one stays revoked. Retries for about a minute while the
     * database is unavailable or doesn't respond, as may happen right after the start. A closed database gets no key.
     */
    @Override
    public void run(ApplicationArguments arguments) {
        if (!settings.devApiKey().isEmpty() && continuity.isOpen()) {
            ApiKey dev = new ApiKey(ids.generate(), "dev", EnumSet.allOf(Scope.class), clock.instant(), null, null);
            store.insert(dev, new KeySecret(settings.devApiKey()))
                    .timeout(ATTEMPT_TIMEOUT)
                    .retryWhen(RETRY_WHILE_UNAVAILABLE)
                    .block();
        }
    }
}
