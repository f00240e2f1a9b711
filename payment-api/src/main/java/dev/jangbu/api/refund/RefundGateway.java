package dev.jangbu.api.refund;

import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.payment.WorkLease;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.review.PspCancels;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Refunds at the PSP, outside any transaction, and records the outcome. The caller holds the refund's lease. An attempt
 * without an answer is looked up first; it is sent again, with the same key, only if the PSP doesn't show its
 * cancellation.
 */
@Component
public class RefundGateway {

    private static final RefundOutcome NOT_SHOWN =
            new RefundOutcome.Unknown("the PSP's answer doesn't show the cancellation");

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

    /** Makes the first attempt; returns the refund afterwards. */
    Mono<Refund> send(RefundWork work, String cause) {
        return cancel(work).flatMap(outcome -> record.record(work, outcome, cause));
    }

    /** Inquires and records the outcome, unless the lease was lost. */
    public Mono<Void> inquire(WorkLease lease) {
        return work(lease.id())
                .filter(work -> work.refund().isHeldBy(lease))
                .flatMap(work -> lookUp(work)
                        .flatMap(outcome ->
                                outcome instanceof RefundOutcome.NotDone ? sendAgain(work) : Mono.just(outcome))
                        .flatMap(outcome -> record.record(work, outcome, "recovery")))
                .then();
    }

    /** A refund with the data that its call to the PSP needs. */
    Mono<RefundWork> work(UUID id) {
        return refunds.find(id)
                .flatMap(refund -> Mono.zip(payments.find(refund.paymentId()), cancels.recorded(refund.paymentId()))
                        .map(both -> new RefundWork(both.getT1(), refund, both.getT2())));
    }

    /** The refusal of a repeated cancellation may result from its first success, so the PSP's own record decides. */
    private Mono<RefundOutcome> sendAgain(RefundWork work) {
        return cancel(work)
                .flatMap(outcome -> outcome instanceof RefundOutcome.Failed
                        ? lookUp(work).map(found -> found instanceof RefundOutcome.NotDone ? outcome : found)
                        : Mono.just(outcome));
    }

    private Mono<RefundOutcome> cancel(RefundWork work) {
        Refund refund = work.refund();
        return psp.cancel(work.pspKey(), work.payment().order(), refund.amountMinor(), refund.reason())
                .map(result -> RefundOutcome.from(result, work))
                .map(outcome -> outcome instanceof RefundOutcome.NotDone ? NOT_SHOWN : outcome);
    }

    private Mono<RefundOutcome> lookUp(RefundWork work) {
        return psp.find(work.payment().order()).map(result -> RefundOutcome.fromLookUp(result, work));
    }
}
