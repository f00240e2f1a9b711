package dev.jangbu.api.payment;

import dev.jangbu.api.http.Problem;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads a payment, immediately or once its status is final. */
@Component
public class PaymentReader {

    private final PaymentStore payments;
    private final LongPoll longPoll;

    PaymentReader(PaymentStore payments, LongPoll longPoll) {
        this.payments = payments;
        this.longPoll = longPoll;
    }

    /** The payment; an error 404 if there is none. */
    public Mono<Payment> read(UUID id) {
        return payments.find(id).switchIfEmpty(Mono.error(() -> Problem.notFound("payment")));
    }

    /** The payment once it is final, or its last seen state after the wait; an error 404 if there is none. */
    public Mono<Payment> awaitFinal(UUID id, Duration wait) {
        // Empty: there is no such payment, or the wait was too short for the first read.
        return awaitFinal(longPoll.watch(id), wait).switchIfEmpty(read(id));
    }

    /** The same for a payment that the caller has just read. */
    Mono<Payment> awaitFinal(Payment seen, Duration wait) {
        return awaitFinal(longPoll.watch(seen), wait).defaultIfEmpty(seen);
    }

    private static Mono<Payment> awaitFinal(Flux<Payment> watched, Duration wait) {
        return Mono.defer(() -> {
            AtomicReference<@Nullable Payment> last = new AtomicReference<>();
            return watched.doOnNext(payment -> last.accumulateAndGet(payment, PaymentReader::newer))
                    .filter(payment -> payment.status().isFinal())
                    .next()
                    .timeout(wait, Mono.empty())
                    .switchIfEmpty(Mono.defer(() -> Mono.justOrEmpty(last.get())));
        });
    }

    private static Payment newer(@Nullable Payment one, Payment other) {
        return one != null && one.version() > other.version() ? one : other;
    }
}
