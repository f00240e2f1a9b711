package dev.jangbu.api.refund;

import dev.jangbu.api.history.History;
import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.CreationOrder;
import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.NonCancellable;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.payment.PaymentReader;
import dev.jangbu.api.review.ResolveRequest;
import dev.jangbu.api.review.ReviewDecision;
import java.util.Set;
import java.util.UUID;
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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Refunds and cancellations over HTTP. */
@RestController
@RequestMapping("/v1")
class RefundController {

    private final RefundPayment refund;
    private final ResolveRefundReview resolveReview;
    private final RefundStore refunds;
    private final PaymentReader payments;
    private final History history;
    private final RefundResponses responses;
    private final JsonMapper json;

    RefundController(
            RefundPayment refund,
            ResolveRefundReview resolveReview,
            RefundStore refunds,
            PaymentReader payments,
            History history,
            RefundResponses responses,
            JsonMapper json) {
        this.refund = refund;
        this.resolveReview = resolveReview;
        this.refunds = refunds;
        this.payments = payments;
        this.history = history;
        this.responses = responses;
        this.json = json;
    }

    @PostMapping(path = "/payments/{id}/refunds", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> refund(
            @PathVariable String id, @RequestBody Mono<RefundRequest> body, ServerWebExchange exchange) {
        UUID payment = Ids.inPath(id, "payment");
        IdempotencyKey key = IdempotencyKey.of(exchange.getRequest().getHeaders());
        TraceContext trace = TraceContext.of(exchange);
        return body.map(RefundRequest::validated)
                .flatMap(request -> NonCancellable.run(refund.refund(payment, request, key, trace)))
                .map(ApiResponse::toEntity);
    }

    @PostMapping(path = "/payments/{id}/cancel", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> cancel(
            @PathVariable String id, @RequestBody Mono<CancelRequest> body, ServerWebExchange exchange) {
        UUID payment = Ids.inPath(id, "payment");
        IdempotencyKey key = IdempotencyKey.of(exchange.getRequest().getHeaders());
        TraceContext trace = TraceContext.of(exchange);
        return body.map(CancelRequest::validated)
                .flatMap(request -> NonCancellable.run(refund.cancel(payment, request, key, trace)))
                .map(ApiResponse::toEntity);
    }

    @PostMapping(path = "/refunds/{id}/resolve", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> resolve(
            @PathVariable String id, @RequestBody Mono<ResolveRequest> body, ServerWebExchange exchange) {
        UUID refundId = Ids.inPath(id, "refund");
        return ReviewDecision.Requested.of(body, "FAILED", exchange)
                .flatMap(requested -> NonCancellable.run(resolveReview.resolve(refundId, requested)))
                .map(ApiResponse::toEntity);
    }

    @GetMapping("/refunds/{id}")
    Mono<ResponseEntity<byte[]>> read(@PathVariable String id) {
        return find(id).map(found -> responses.ok(found).toEntity(found.version()));
    }

    /** Refunds by status, for instance those in REVIEW. {@code status} is required. */
    @GetMapping("/refunds")
    Mono<ResponseEntity<byte[]>> ofStatus(ServerHttpRequest request) {
        Page page = Page.of(request, Set.of("status"));
        RefundStatus status = page.filter("status", "must be a refund's status", RefundStatus::valueOf);
        if (status == null) {
            throw Problem.invalid("status", "is required, for instance REVIEW");
        }
        return listed(refunds.ofStatus(status, page), page);
    }

    @GetMapping("/payments/{id}/refunds")
    Mono<ResponseEntity<byte[]>> ofPayment(@PathVariable String id, ServerHttpRequest request) {
        UUID payment = Ids.inPath(id, "payment");
        Page page = Page.of(request, Set.of());
        return payments.read(payment).then(listed(refunds.ofPayment(payment, page), page));
    }

    @GetMapping("/refunds/{id}/history")
    Mono<ResponseEntity<byte[]>> history(@PathVariable String id, ServerHttpRequest request) {
        Page page = Page.of(request, Set.of());
        return find(id).flatMap(found -> history.of(found.id(), page));
    }

    private Mono<Refund> find(String id) {
        return refunds.read(Ids.inPath(id, "refund"));
    }

    private Mono<ResponseEntity<byte[]>> listed(Flux<Refund> found, Page page) {
        return page.toEntity(
                json, found.map(RefundView::of), view -> new CreationOrder(view.createdAt(), view.id()).text());
    }
}
