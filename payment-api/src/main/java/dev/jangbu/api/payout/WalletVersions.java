package dev.jangbu.api.payout;

import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Reads a wallet's version from the streams-processor. */
@Component
class WalletVersions {

    private static final Logger log = LoggerFactory.getLogger(WalletVersions.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final WebClient http;

    WalletVersions(WebClient.Builder http, PaymentApiSettings settings) {
        this.http = http.baseUrl(settings.streamsUrl().toString()).build();
    }

    /** The present version; empty if it can't be read, for instance while the wallets are being restored. */
    Mono<Long> of(String sellerId, String currency) {
        return http.get()
                .uri("/wallets/{sellerId}?currency={currency}", sellerId, currency)
                .retrieve()
                .bodyToMono(JsonNode.class)
                .map(wallet -> wallet.get("version").asLong())
                .timeout(TIMEOUT)
                .onErrorResume(e -> {
                    log.info("Could not read the wallet's version before a payout: {}", e.toString());
                    return Mono.empty();
                });
    }
}
