package dev.jangbu.api.psp.toss;

import dev.jangbu.api.psp.Money;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.CurrencyCode;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClient.RequestHeadersSpec;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.util.retry.Retry;

/**
 * Toss Payments over its public HTTP API, version 1: Basic authentication with the secret key, {@code Idempotency-Key}
 * on confirmations and cancellations, amounts as decimals.
 *
 * @see <a href="https://docs.tosspayments.com/reference">Toss Payments: core API</a>
 */
@Component
final class TossPsp implements Psp {

    /** A refused connection carried no request, so a retry is safe. */
    private static final Retry REFUSED_CONNECTIONS =
            Retry.backoff(2, Duration.ofMillis(100)).filter(thrown -> thrown.getCause() instanceof ConnectException);

    private final WebClient http;
    /**
     * Names the currency of a confirmation. Toss knows it from the checkout and ignores the header; a stand-in without a
     * checkout needs it.
     */
    private static final String CURRENCY = "Jangbu-Currency";

    private final Duration timeout;
    private final SortedMap<String, Integer> currencies;

    TossPsp(WebClient.Builder http, PaymentApiSettings settings) {
        PaymentApiSettings.Psp psp = settings.psp();
        this.timeout = psp.timeout();
        SortedMap<String, Integer> digits = new TreeMap<>();
        psp.currencies().forEach(currency -> digits.put(currency, CurrencyCode.digits(currency)));
        this.currencies = Collections.unmodifiableSortedMap(digits);
        this.http = http.baseUrl(psp.url().toString())
                .clientConnector(new ReactorClientHttpConnector(
                        HttpClient.create(connections()).disableRetry(true)))
                .defaultHeaders(headers -> headers.setBasicAuth(psp.secret(), ""))
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(1 << 20))
                .build();
    }

    /**
     * Connections are closed before servers close them: a request on a closing connection would leave its payment
     * UNKNOWN. The HTTP client's own retry after a reset is off for the same reason: it could repeat a request.
     */
    private static ConnectionProvider connections() {
        return ConnectionProvider.builder("toss")
                .maxConnections(256)
                .pendingAcquireMaxCount(10_000)
                .maxIdleTime(Duration.ofSeconds(10))
                .build();
    }

    @Override
    public String name() {
        return "toss";
    }

    @Override
    public SortedMap<String, Integer> currencies() {
        return currencies;
    }

    @Override
    public Mono<PspResult> confirm(String idempotencyKey, PspOrder order) {
        BigDecimal amount = Money.decimal(order.amountMinor(), order.currency());
        return call(
                http.post()
                        .uri("/v1/payments/confirm")
                        .header("Idempotency-Key", idempotencyKey)
                        .header(CURRENCY, order.currency())
                        .contentType(MediaType.APPLICATION_JSON)
                        .bodyValue(
                                Map.of("paymentKey", order.paymentKey(), "orderId", order.orderId(), "amount", amount)),
                TossResponses::parseConfirm);
    }

    @Override
    public Mono<PspResult> cancel(String idempotencyKey, PspOrder order, long amountMinor, String reason) {
        return call(
                http.post()
                        .uri("/v1/payments/{paymentKey}/cancel", order.paymentKey())
                        .header("Idempotency-Key", idempotencyKey)
                        .contentType(MediaType.APPLICATION_JSON)
                        // Always with an amount, also for the rest: a refund must not exceed the reservation.
                        .bodyValue(Map.of(
                                "cancelReason", reason, "cancelAmount", Money.decimal(amountMinor, order.currency()))),
                TossResponses::parseCancel);
    }

    @Override
    public Mono<PspResult> find(PspOrder order) {
        return call(http.get().uri("/v1/payments/{paymentKey}", order.paymentKey()), TossResponses::parseLookUp);
    }

    @Override
    public Mono<PspResult> findByOrderId(PspOrder order) {
        return call(http.get().uri("/v1/payments/orders/{orderId}", order.orderId()), TossResponses::parseLookUp);
    }

    /** Parses a response by its HTTP status and body. */
    @FunctionalInterface
    private interface Parser {
        PspResult parse(int status, byte[] body);
    }

    private Mono<PspResult> call(RequestHeadersSpec<?> request, Parser parser) {
        return request.accept(MediaType.APPLICATION_JSON)
                .exchangeToMono(response -> response.bodyToMono(byte[].class)
                        .defaultIfEmpty(new byte[0])
                        .map(body -> parser.parse(response.statusCode().value(), body)))
                .retryWhen(REFUSED_CONNECTIONS)
                .timeout(timeout)
                .onErrorResume(thrown -> Mono.just(new PspResult.Uncertain(reason(thrown))));
    }

    private String reason(Throwable thrown) {
        return thrown instanceof java.util.concurrent.TimeoutException
                ? "no answer within " + timeout.toMillis() + " ms"
                : "no answer: " + thrown.getClass().getSimpleName();
    }
}
