package dev.jangbu.api.payout;

import dev.jangbu.api.PaymentApiSettings;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Looks at a wallet's version, where the wallets are kept. */
@Component
class WalletVersions {

    private static final Logger log = LoggerFactory.getLogger(WalletVersions.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final WebClient http;

    WalletVersions(WebClient.Builder http, PaymentApiSettings settings) {
        this.http = http.baseUrl(settings.streamsUrl().toString()).build();
    }

    /** The version at the moment; empty if it can't be read, for instance while the wallets are being restored. */
    Mono<Long> of(String sellerId, String currency) {
        return http.get()
                .uri("/wallets/{sellerId}?currency={currency}", sellerId, currency)
                .retrieve()
                .bodyToMono(JsonNode.class)
                .map(wallet -> wallet.get("version").asLong())
                .timeout(TIMEOUT)
                .onErrorResume(unreadable -> {
                    log.info("A payout's wallet could not be looked at beforehand: {}", unreadable.toString());
                    return Mono.empty();
                });
    }
}
