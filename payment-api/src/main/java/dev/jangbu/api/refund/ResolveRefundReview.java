package dev.jangbu.api.refund;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.payment.LongPoll;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.review.ReviewDecision;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Records a person's decision about a refund in REVIEW. */
@Component
class ResolveRefundReview implements ReviewDecision.Store<Refund> {

    private final ReviewDecision decision;
    private final PaymentStore payments;
    private final RefundStore refunds;
    private final RecordRefund record;
    private final RefundResponses responses;
    private final LongPoll longPoll;

    ResolveRefundReview(
            ReviewDecision decision,
            PaymentStore payments,
            RefundStore refunds,
            RecordRefund record,
            RefundResponses responses,
            LongPoll longPoll) {
        this.decision = decision;
        this.payments = payments;
        this.refunds = refunds;
        this.record = record;
        this.responses = responses;
        this.longPoll = longPoll;
    }

    Mono<ApiResponse> resolve(UUID id, ReviewDecision.Requested requested) {
        return refunds.read(id).flatMap(refund -> decision.record(this, refund, requested)
                .delayUntil(answer -> longPoll.wake(List.of(refund.paymentId()))));
    }

    @Override
    public Mono<PspOrder> order(Refund refund) {
        return payments.find(refund.paymentId()).map(Payment::order);
    }

    @Override
    public UUID paymentId(Refund refund) {
        return refund.paymentId();
    }

    @Override
    public Mono<Refund> lock(Refund seen) {
        return payments.lock(seen.paymentId()).then(Mono.defer(() -> refunds.lock(seen.id())));
    }

    @Override
    public Mono<Recorded<Refund>> record(Refund locked, Outcome outcome, String cause) {
        return payments.find(locked.paymentId()).flatMap(payment -> record.single(payment, locked, outcome, cause));
    }

    @Override
    public ApiResponse response(Refund refund) {
        return responses.ok(refund);
    }
}
