package dev.jangbu.api.payout;

import dev.jangbu.api.history.History;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.CreationOrder;
import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.NonCancellable;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Payouts over HTTP. */
@RestController
@RequestMapping("/v1")
class PayoutController {

    private final RequestPayout request;
    private final PayoutStore payouts;
    private final History history;
    private final JsonMapper json;
    private final long maxAmountMinor;

    PayoutController(
            RequestPayout request, PayoutStore payouts, History history, JsonMapper json, PaymentApiSettings settings) {
        this.request = request;
        this.payouts = payouts;
        this.history = history;
        this.json = json;
        this.maxAmountMinor = settings.limits().maxPaymentAmount();
    }

    @PostMapping(path = "/wallets/{sellerId}/payouts", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> request(
            @PathVariable String sellerId, @RequestBody Mono<PayoutRequest> body, ServerWebExchange exchange) {
        String seller = Ids.sellerInPath(sellerId);
        HttpHeaders headers = exchange.getRequest().getHeaders();
        IdempotencyKey key = IdempotencyKey.of(headers);
        Optional<ExpectedVersions> expected = ExpectedVersions.of(headers);
        TraceContext trace = TraceContext.of(exchange);
        return body.map(requested -> requested.validated(maxAmountMinor))
                .flatMap(valid -> NonCancellable.run(request.request(seller, valid, expected, key, trace)))
                .map(ApiResponse::toEntity);
    }

    @GetMapping("/payouts/{id}")
    Mono<ResponseEntity<byte[]>> read(@PathVariable String id) {
        return find(id).map(payout ->
                new ApiResponse(200, json.writeValueAsString(PayoutView.of(payout)), null).toEntity(payout.version()));
    }

    @GetMapping("/payouts")
    Mono<ResponseEntity<byte[]>> list(ServerHttpRequest httpRequest) {
        Page page = Page.of(httpRequest, PayoutStore.FILTERS);
        return page.toEntity(
                json, payouts.list(page).map(PayoutView::of), view -> new CreationOrder(view.createdAt(), view.id())
                        .text());
    }

    @GetMapping("/payouts/{id}/history")
    Mono<ResponseEntity<byte[]>> history(@PathVariable String id, ServerHttpRequest httpRequest) {
        Page page = Page.of(httpRequest, Set.of());
        return find(id).flatMap(payout -> history.of(payout.id(), page));
    }

    private Mono<Payout> find(String id) {
        return payouts.find(Ids.inPath(id, "payout")).switchIfEmpty(Mono.error(() -> Problem.notFound("payout")));
    }
}
