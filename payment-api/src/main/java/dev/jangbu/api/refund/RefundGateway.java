package dev.jangbu.api.refund;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.WorkLease;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.review.PspCancels;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Refunds at the PSP, outside any transaction, and records the outcome. The caller holds the refund's lease. An attempt
 * without an answer is looked up first; it is sent again, with the same key, only if the PSP doesn't show its
 * cancellation.
 */
@Component
public class RefundGateway {

    private static final Outcome NOT_SHOWN = new Outcome.Unknown("the PSP's answer doesn't show the cancellation");

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final PspCancels cancels;
    private final Psp psp;
    private final RecordRefund record;

    RefundGateway(PaymentStore payments, RefundStore refunds, PspCancels cancels, Psp psp, RecordRefund record) {
        this.payments = payments;
        this.refunds = refunds;
        this.cancels = cancels;
        this.psp = psp;
        this.record = record;
    }

    /** Makes the first attempt. */
    Mono<Recorded<Refund>> send(RefundWork work) {
        return cancel(work)
                .flatMap(outcome ->
                        record.record(work.refund(), outcome, work.refund().call()));
    }

    /** Inquires and records the outcome, unless the lease was lost. */
    public Mono<Void> inquire(WorkLease lease) {
        return refunds.find(lease.id())
                .filter(refund -> refund.isHeldBy(lease))
                .flatMap(refund -> payments.find(refund.paymentId()).flatMap(payment -> work(payment, refund)))
                .flatMap(work -> lookUp(work)
                        .switchIfEmpty(Mono.defer(() -> sendAgain(work)))
                        .flatMap(outcome -> record.record(work.refund(), outcome, "recovery")))
                .then();
    }

    /** A refund with the data that its call to the PSP needs. */
    Mono<RefundWork> work(Payment payment, Refund refund) {
        return cancels.recorded(payment.id()).map(recorded -> new RefundWork(payment, refund, recorded));
    }

    /** The refusal of a repeated cancellation may result from its first success, so the PSP's own record decides. */
    private Mono<Outcome> sendAgain(RefundWork work) {
        return cancel(work)
                .flatMap(outcome ->
                        outcome instanceof Outcome.Refused ? lookUp(work).defaultIfEmpty(outcome) : Mono.just(outcome));
    }

    private Mono<Outcome> cancel(RefundWork work) {
        Refund refund = work.refund();
        return psp.cancel(work.pspKey(), work.payment().order(), refund.amountMinor(), refund.reason())
                .map(result -> RefundOutcome.from(result, work).orElse(NOT_SHOWN));
    }

    /** Empty if the PSP does not show the refund. */
    private Mono<Outcome> lookUp(RefundWork work) {
        return psp.find(work.payment().order())
                .flatMap(result -> Mono.justOrEmpty(RefundOutcome.fromLookUp(result, work)));
    }
}
