package dev.jangbu.api.outbox;

import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import java.time.Duration;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Serialises settlement requests. Resolves the schema's id before the service becomes ready, so that recording an
 * approval never waits for the registry.
 */
@Component
final class SettlementBytes implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(SettlementBytes.class);

    private final AvroSerdes serdes;
    private volatile @Nullable Serializer<SettlementRequested> serializer;

    SettlementBytes(PaymentApiSettings settings) {
        this.serdes = new AvroSerdes(settings.registry());
    }

    byte[] of(SettlementRequested request) {
        Serializer<SettlementRequested> ready = Objects.requireNonNull(serializer, "the service is not ready");
        return ready.serialize(Topics.SETTLEMENT_REQUESTS.name(), request);
    }

    /** Retries until the registry responds: without the schema's id no approval can be recorded. */
    @Override
    public void run(ApplicationArguments arguments) {
        serializer = Mono.fromCallable(
                        () -> serdes.warm(Topics.SETTLEMENT_REQUESTS).serializer())
                .retryWhen(Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(200))
                        .maxBackoff(Duration.ofSeconds(5))
                        .filter(RegistryUnavailableException.class::isInstance)
                        .doBeforeRetry(retry ->
                                log.warn("Not ready: {}", retry.failure().getMessage())))
                .block();
    }
}
