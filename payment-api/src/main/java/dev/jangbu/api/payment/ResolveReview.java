package dev.jangbu.api.payment;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.review.ReviewDecision;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Records a person's decision about a payment in REVIEW. */
@Component
class ResolveReview implements ReviewDecision.Store<Payment> {

    private final ReviewDecision decision;
    private final PaymentReader reader;
    private final PaymentStore payments;
    private final RecordConfirmation record;
    private final PaymentResponses responses;
    private final LongPoll longPoll;

    ResolveReview(
            ReviewDecision decision,
            PaymentReader reader,
            PaymentStore payments,
            RecordConfirmation record,
            PaymentResponses responses,
            LongPoll longPoll) {
        this.decision = decision;
        this.reader = reader;
        this.payments = payments;
        this.record = record;
        this.responses = responses;
        this.longPoll = longPoll;
    }

    Mono<ApiResponse> resolve(UUID id, ReviewDecision.Requested requested) {
        return reader.read(id)
                .flatMap(payment -> decision.record(this, payment, requested))
                .delayUntil(answer -> longPoll.wake(List.of(id)));
    }

    @Override
    public Mono<PspOrder> order(Payment payment) {
        return Mono.just(payment.order());
    }

    @Override
    public UUID paymentId(Payment payment) {
        return payment.id();
    }

    @Override
    public Mono<Payment> lock(Payment seen) {
        return payments.lock(seen.id());
    }

    @Override
    public Mono<Recorded<Payment>> record(Payment locked, Outcome outcome, String cause) {
        return record.single(locked, outcome, cause);
    }

    @Override
    public ApiResponse response(Payment payment) {
        return responses.ok(payment);
    }
}
