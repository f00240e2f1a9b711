package dev.jangbu.api.payment;

import dev.jangbu.api.http.Problem;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads a payment, at once or when it has become final. */
@Component
public class PaymentReader {

    private final PaymentStore payments;
    private final LongPoll waiters;

    PaymentReader(PaymentStore payments, LongPoll waiters) {
        this.payments = payments;
        this.waiters = waiters;
    }

    /** The payment as it is; an error 404 if there is none. */
    public Mono<Payment> now(UUID id) {
        return payments.find(id).switchIfEmpty(Mono.error(() -> Problem.notFound("payment")));
    }

    /** The payment when it is final, or as it was seen last when that time is over; an error 404 if there is none. */
    public Mono<Payment> whenFinal(UUID id, Duration wait) {
        // If nothing was seen, there is no such payment, or the time was too short even for a look.
        return whenFinal(waiters.watch(id), wait).switchIfEmpty(now(id));
    }

    /** The same for who has just seen the payment. */
    Mono<Payment> whenFinal(Payment seen, Duration wait) {
        return whenFinal(waiters.watch(seen), wait).defaultIfEmpty(seen);
    }

    private static Mono<Payment> whenFinal(Flux<Payment> watched, Duration wait) {
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
