package dev.jangbu.api.gateway;

import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Forwards reads of wallets to the streams processor and reads of the ledger to the ledger service. Their responses,
 * problems included, are streamed through.
 */
@RestController
final class WalletAndLedgerProxy {

    private static final String BASE = "/v1";
    private static final String WALLETS = "The wallets";
    private static final String LEDGER = "The ledger";

    /** Path segments that need no encoding. Account codes and ids consist of these characters only. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9:_-]{1,200}");

    /** For the first byte, and again for each following buffer. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final WebClient http;
    private final URI streams;
    private final URI ledger;

    @Autowired
    WalletAndLedgerProxy(WebClient.Builder http, PaymentApiSettings settings) {
        this(http, settings.streamsUrl(), settings.ledgerUrl());
    }

    WalletAndLedgerProxy(WebClient.Builder http, URI streams, URI ledger) {
        this.http = http.build();
        this.streams = streams;
        this.ledger = ledger;
    }

    @GetMapping("/v1/wallets/{sellerId}")
    Mono<ResponseEntity<byte[]>> wallet(@PathVariable String sellerId, ServerWebExchange exchange) {
        return forward(streams, "/wallets/" + Ids.sellerInPath(sellerId), WALLETS, exchange)
                .flatMap(WalletAndLedgerProxy::buffered);
    }

    @GetMapping("/v1/wallets/{sellerId}/entries")
    Mono<ResponseEntity<Flux<DataBuffer>>> entries(@PathVariable String sellerId, ServerWebExchange exchange) {
        return forward(ledger, "/wallets/" + Ids.sellerInPath(sellerId) + "/entries", LEDGER, exchange);
    }

    @GetMapping("/v1/ledger/accounts")
    Mono<ResponseEntity<Flux<DataBuffer>>> accounts(ServerWebExchange exchange) {
        return forward(ledger, "/ledger/accounts", LEDGER, exchange);
    }

    @GetMapping("/v1/ledger/accounts/{code}")
    Mono<ResponseEntity<Flux<DataBuffer>>> account(@PathVariable String code, ServerWebExchange exchange) {
        return forward(ledger, "/ledger/accounts/" + segment(code, "account"), LEDGER, exchange);
    }

    @GetMapping("/v1/ledger/accounts/{code}/lines")
    Mono<ResponseEntity<Flux<DataBuffer>>> lines(@PathVariable String code, ServerWebExchange exchange) {
        String account = segment(code, "account");
        return forward(ledger, "/ledger/accounts/" + account + "/lines", LEDGER, exchange);
    }

    @GetMapping("/v1/ledger/journals/{settlementId}")
    Mono<ResponseEntity<Flux<DataBuffer>>> journal(@PathVariable String settlementId, ServerWebExchange exchange) {
        return forward(ledger, "/ledger/journals/" + segment(settlementId, "journal"), LEDGER, exchange);
    }

    @GetMapping("/v1/ledger/trial-balance")
    Mono<ResponseEntity<Flux<DataBuffer>>> trialBalance(ServerWebExchange exchange) {
        return forward(ledger, "/ledger/trial-balance", LEDGER, exchange);
    }

    private static String segment(String text, String resource) {
        if (!SEGMENT.matcher(text).matches()) {
            throw Problem.notFound(resource);
        }
        return text;
    }

    private Mono<ResponseEntity<Flux<DataBuffer>>> forward(
            URI base, String path, String service, ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        String query = request.getURI().getRawQuery();
        return http.get()
                .uri(URI.create(base + path + (query == null ? "" : "?" + query)))
                .accept(MediaType.APPLICATION_JSON, MediaType.APPLICATION_PROBLEM_JSON)
                .header("traceparent", TraceContext.of(exchange).traceparent())
                // Makes the service build links for the public address.
                .header("X-Forwarded-Prefix", BASE)
                .retrieve()
                .onStatus(HttpStatusCode::isError, problem -> Mono.empty())
                .toEntityFlux(DataBuffer.class)
                .timeout(TIMEOUT)
                .map(WalletAndLedgerProxy::passOn)
                .onErrorMap(
                        error -> error instanceof WebClientRequestException || error instanceof TimeoutException,
                        error -> Problem.unavailable(service + " can't be reached at the moment"));
    }

    private static ResponseEntity<Flux<DataBuffer>> passOn(ResponseEntity<Flux<DataBuffer>> response) {
        HttpHeaders headers = new HttpHeaders();
        for (String name :
                new String[] {HttpHeaders.CONTENT_TYPE, HttpHeaders.ETAG, HttpHeaders.LINK, HttpHeaders.RETRY_AFTER}) {
            String value = response.getHeaders().getFirst(name);
            if (value != null) {
                headers.set(name, value);
            }
        }
        Flux<DataBuffer> body = response.getBody();
        return new ResponseEntity<>(
                body == null ? Flux.empty() : body.timeout(TIMEOUT), headers, response.getStatusCode());
    }

    /** Buffers a response that has an ETag: if it becomes a 304, nothing would release the buffers of a stream. */
    private static Mono<ResponseEntity<byte[]>> buffered(ResponseEntity<Flux<DataBuffer>> response) {
        return DataBufferUtils.join(Objects.requireNonNullElse(response.getBody(), Flux.empty()))
                .map(joined -> {
                    byte[] bytes = new byte[joined.readableByteCount()];
                    joined.read(bytes);
                    DataBufferUtils.release(joined);
                    return bytes;
                })
                .defaultIfEmpty(new byte[0])
                .map(bytes -> new ResponseEntity<>(bytes, response.getHeaders(), response.getStatusCode()));
    }
}
