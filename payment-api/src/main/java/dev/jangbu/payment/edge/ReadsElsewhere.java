package dev.jangbu.payment.edge;

import dev.jangbu.payment.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Mono;

/** Wallets and the ledger are read where they are kept; this is the one public edge, so their answers pass through it. */
@RestController
final class ReadsElsewhere {

    private static final Pattern SELLER_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final WebClient http;
    private final Settings settings;

    ReadsElsewhere(WebClient.Builder http, Settings settings) {
        this.http = http.build();
        this.settings = settings;
    }

    @GetMapping("/v1/wallets/{sellerId}")
    Mono<ResponseEntity<byte[]>> wallet(@PathVariable String sellerId, ServerHttpRequest request) {
        if (!SELLER_ID.matcher(sellerId).matches()) {
            throw Problem.invalid("sellerId", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        return forward(settings.streamsUrl() + "/wallets/" + sellerId, "The wallets", request);
    }

    @GetMapping("/v1/ledger/trial-balance")
    Mono<ResponseEntity<byte[]>> trialBalance(ServerHttpRequest request) {
        return forward(settings.ledgerUrl() + "/ledger/trial-balance", "The ledger", request);
    }

    private Mono<ResponseEntity<byte[]>> forward(String resource, String what, ServerHttpRequest request) {
        String query = request.getURI().getRawQuery();
        URI target = URI.create(query == null ? resource : resource + "?" + query);
        return http.get()
                .uri(target)
                .accept(MediaType.APPLICATION_JSON, MediaType.APPLICATION_PROBLEM_JSON)
                .exchangeToMono(answer -> answer.toEntity(byte[].class))
                .timeout(TIMEOUT)
                .map(ReadsElsewhere::passOn)
                .onErrorMap(
                        thrown -> thrown instanceof WebClientRequestException || thrown instanceof TimeoutException,
                        thrown -> new Problem(ProblemCode.UNAVAILABLE, what + " can't be reached at the moment")
                                .retryAfter(Duration.ofSeconds(2)));
    }

    private static ResponseEntity<byte[]> passOn(ResponseEntity<byte[]> answer) {
        HttpHeaders headers = new HttpHeaders();
        MediaType type = answer.getHeaders().getContentType();
        if (type != null) {
            headers.setContentType(type);
        }
        String retryAfter = answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER);
        if (retryAfter != null) {
            headers.set(HttpHeaders.RETRY_AFTER, retryAfter);
        }
        return new ResponseEntity<>(answer.getBody(), headers, answer.getStatusCode());
    }
}
