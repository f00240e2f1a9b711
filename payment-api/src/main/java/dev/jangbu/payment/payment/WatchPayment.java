package dev.jangbu.payment.payment;

import dev.jangbu.payment.edge.Problem;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Reads a payment, at once or when it has become final. */
@Component
class WatchPayment {

    private final PaymentStore payments;
    private final Waiters waiters;

    WatchPayment(PaymentStore payments, Waiters waiters) {
        this.payments = payments;
        this.waiters = waiters;
    }

    /** The payment as it is; an error 404 if there is none. */
    Mono<Payment> now(UUID id) {
        return payments.find(id).switchIfEmpty(Mono.error(() -> Problem.notFound("payment")));
    }

    /** The payment when it is final, or as it is after that time. */
    Mono<Payment> whenFinal(UUID id, Duration wait) {
        return waiters.moves(id)
                .concatMap(this::now)
                .filter(payment -> payment.status().isFinal())
                .next()
                .timeout(wait, Mono.empty())
                .switchIfEmpty(now(id));
    }
}
