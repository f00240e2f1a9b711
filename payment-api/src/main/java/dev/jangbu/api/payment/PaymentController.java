package dev.jangbu.api.payment;

import dev.jangbu.api.history.History;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.CreationOrder;
import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.NonCancellable;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.http.PreferHeader;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.review.ResolveRequest;
import dev.jangbu.api.review.ReviewDecision;
import java.util.Set;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Payments over HTTP. */
@RestController
@RequestMapping("/v1/payments")
class PaymentController {

    private final CreatePayment create;
    private final ConfirmPayment confirm;
    private final ResolveReview resolveReview;
    private final PaymentReader reader;
    private final PaymentList list;
    private final History history;
    private final PaymentResponses responses;
    private final JsonMapper json;

    PaymentController(
            CreatePayment create,
            ConfirmPayment confirm,
            ResolveReview resolveReview,
            PaymentReader reader,
            PaymentList list,
            History history,
            PaymentResponses responses,
            JsonMapper json) {
        this.create = create;
        this.confirm = confirm;
        this.resolveReview = resolveReview;
        this.reader = reader;
        this.list = list;
        this.history = history;
        this.responses = responses;
        this.json = json;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> create(
            @RequestHeader HttpHeaders headers, @RequestBody Mono<CreatePaymentRequest> body) {
        IdempotencyKey key = IdempotencyKey.of(headers);
        return body.flatMap(request -> NonCancellable.run(create.create(request, key)))
                .map(ApiResponse::toEntity);
    }

    @PostMapping(path = "/{id}/confirm", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> confirm(
            @PathVariable String id, @RequestBody Mono<ConfirmRequest> body, ServerWebExchange exchange) {
        UUID payment = Ids.inPath(id, "payment");
        HttpHeaders headers = exchange.getRequest().getHeaders();
        IdempotencyKey key = IdempotencyKey.of(headers);
        PreferHeader prefer = PreferHeader.of(headers);
        TraceContext trace = TraceContext.of(exchange);
        return body.map(ConfirmRequest::validated)
                .flatMap(request ->
                        NonCancellable.run(confirm.confirm(payment, request, prefer.respondAsync(), key, trace)))
                .flatMap(confirmed -> preferred(payment, confirmed, prefer));
    }

    @PostMapping(path = "/{id}/resolve", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> resolve(
            @PathVariable String id, @RequestBody Mono<ResolveRequest> body, ServerWebExchange exchange) {
        UUID payment = Ids.inPath(id, "payment");
        return ReviewDecision.Requested.of(body, "DECLINED", exchange)
                .flatMap(requested -> NonCancellable.run(resolveReview.resolve(payment, requested)))
                .map(ApiResponse::toEntity);
    }

    @GetMapping("/{id}")
    Mono<ResponseEntity<byte[]>> read(@PathVariable String id, @RequestHeader HttpHeaders headers) {
        UUID payment = Ids.inPath(id, "payment");
        PreferHeader prefer = PreferHeader.of(headers);
        return prefer.waitFor()
                .map(wait -> reader.awaitFinal(payment, wait))
                .orElseGet(() -> reader.read(payment))
                .map(found -> applied(tagged(found), prefer, false));
    }

    @GetMapping
    Mono<ResponseEntity<byte[]>> list(ServerHttpRequest request) {
        Page page = Page.of(request, PaymentList.FILTERS);
        return page.toEntity(
                json, list.list(page).map(PaymentView::of), view -> new CreationOrder(view.createdAt(), view.id())
                        .text());
    }

    @GetMapping("/{id}/history")
    Mono<ResponseEntity<byte[]>> history(@PathVariable String id, ServerHttpRequest request) {
        UUID payment = Ids.inPath(id, "payment");
        return reader.read(payment).then(history.of(payment, Page.of(request, Set.of())));
    }

    /** Applies the client's preferences to the response: with {@code wait} it waits for the payment's final status. */
    private Mono<ResponseEntity<byte[]>> preferred(
            UUID payment, ConfirmPayment.Confirmed confirmed, PreferHeader prefer) {
        ApiResponse answer = confirmed.answer();
        boolean async = prefer.respondAsync() && answer.status() == 202;
        if (answer.replayed() || !(answer.status() == 200 || async)) {
            return Mono.just(answer.toEntity());
        }
        return prefer.waitFor()
                .map(wait -> confirmed
                        .payment()
                        .map(seen -> reader.awaitFinal(seen, wait))
                        .orElseGet(() -> reader.awaitFinal(payment, wait))
                        .map(found -> awaited(found, confirmed)))
                .orElseGet(() -> Mono.just(answer.toEntity()))
                .map(entity -> applied(entity, prefer, async));
    }

    /** The response after the wait; the response to the confirmation if the payment has not changed since. */
    private ResponseEntity<byte[]> awaited(Payment found, ConfirmPayment.Confirmed confirmed) {
        if (found.status() == PaymentStatus.COMPLETED) {
            return tagged(found);
        }
        boolean unchanged = confirmed.payment().filter(found::equals).isPresent();
        return (unchanged ? confirmed.answer() : responses.confirmed(found)).toEntity();
    }

    private ResponseEntity<byte[]> tagged(Payment payment) {
        return responses.ok(payment).toEntity(PaymentView.entityTag(payment));
    }

    private static ResponseEntity<byte[]> applied(ResponseEntity<byte[]> entity, PreferHeader prefer, boolean async) {
        return prefer.applied(async)
                .map(applied -> ApiResponse.withHeaders(entity, headers -> headers.set("Preference-Applied", applied)))
                .orElse(entity);
    }
}
