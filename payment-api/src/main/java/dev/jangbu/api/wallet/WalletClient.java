package dev.jangbu.api.wallet;

import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Reads wallets from the streams-processor. */
@Component
public class WalletClient {

    private static final Logger log = LoggerFactory.getLogger(WalletClient.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final WebClient http;

    WalletClient(WebClient.Builder http, PaymentApiSettings settings) {
        this.http = http.baseUrl(settings.streamsUrl().toString()).build();
    }

    /**
     * A wallet.
     *
     * @param balanceMinor in minor units of its currency; negative if refunds exceeded it
     * @param version counts its entries
     */
    public record Wallet(long balanceMinor, long version) {}

    /** The present wallet; empty if it can't be read, for instance while the wallets are being restored. */
    public Mono<Wallet> read(String sellerId, String currency) {
        return http.get()
                .uri("/wallets/{sellerId}?currency={currency}", sellerId, currency)
                .retrieve()
                .bodyToMono(JsonNode.class)
                .map(wallet -> new Wallet(
                        wallet.get("balance").longValue(), wallet.get("version").longValue()))
                .timeout(TIMEOUT)
                .onErrorResume(e -> {
                    log.info("Could not read a wallet: {}", e.toString());
                    return Mono.empty();
                });
    }
}
