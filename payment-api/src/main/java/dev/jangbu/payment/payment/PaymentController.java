package dev.jangbu.payment.payment;

import dev.jangbu.payment.edge.Answer;
import dev.jangbu.payment.edge.Detached;
import dev.jangbu.payment.edge.Prefer;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.edge.TraceContext;
import dev.jangbu.payment.idempotency.IdempotencyKey;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Payments over HTTP. */
@RestController
@RequestMapping("/v1/payments")
class PaymentController {

    private final CreatePayment create;
    private final ConfirmPayment confirm;
    private final WatchPayment watch;
    private final PaymentAnswers answers;

    PaymentController(CreatePayment create, ConfirmPayment confirm, WatchPayment watch, PaymentAnswers answers) {
        this.create = create;
        this.confirm = confirm;
        this.watch = watch;
        this.answers = answers;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> create(
            @RequestHeader HttpHeaders headers, @RequestBody Mono<CreatePaymentRequest> body) {
        IdempotencyKey key = IdempotencyKey.of(headers);
        return body.flatMap(request -> Detached.run(create.create(request, key)))
                .map(Answer::toEntity);
    }

    @PostMapping(path = "/{id}/confirm", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> confirm(
            @PathVariable String id,
            @RequestHeader HttpHeaders headers,
            @RequestBody Mono<ConfirmRequest> body,
            ServerWebExchange exchange) {
        UUID payment = id(id);
        IdempotencyKey key = IdempotencyKey.of(headers);
        Prefer prefer = Prefer.of(headers);
        TraceContext trace = TraceContext.of(exchange);
        return body.map(ConfirmRequest::validated)
                .flatMap(request -> Detached.run(confirm.confirm(payment, request, key, trace)))
                .flatMap(answer -> answer.status() == 200 && !answer.replayed()
                        ? preferred(payment, answer, prefer)
                        : Mono.just(answer.toEntity()));
    }

    @GetMapping("/{id}")
    Mono<ResponseEntity<byte[]>> read(@PathVariable String id, @RequestHeader HttpHeaders headers) {
        UUID payment = id(id);
        Prefer prefer = Prefer.of(headers);
        return prefer.waitFor()
                .map(wait -> watch.whenFinal(payment, wait))
                .orElseGet(() -> watch.now(payment))
                .map(found -> tagged(found, prefer));
    }

    /** The outcome is recorded; a client that would rather see it complete waits a while for that. */
    private Mono<ResponseEntity<byte[]>> preferred(UUID payment, Answer outcome, Prefer prefer) {
        return prefer.waitFor()
                .map(wait -> watch.whenFinal(payment, wait).map(found -> tagged(found, prefer)))
                .orElseGet(() -> Mono.just(outcome.toEntity()));
    }

    private ResponseEntity<byte[]> tagged(Payment payment, Prefer prefer) {
        ResponseEntity<byte[]> entity = answers.ok(payment).toEntity();
        HttpHeaders headers = new HttpHeaders(entity.getHeaders());
        headers.setETag("\"" + payment.version() + "\"");
        prefer.applied().ifPresent(applied -> headers.set("Preference-Applied", applied));
        return new ResponseEntity<>(entity.getBody(), headers, entity.getStatusCode());
    }

    private static UUID id(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException notAnId) {
            // The same as an id that nothing has.
        }
        throw Problem.notFound("payment");
    }
}
