package dev.jangbu.api.refund;

import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.payment.WorkLease;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.review.PspCancels;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Has the PSP give money back, outside any transaction, and records what came of it; or finds out what came of an attempt
 * that was never answered: asks first, and sends again, with the same key, only what the PSP doesn't show. The caller holds
 * the refund's lease.
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

    /** The first attempt; the refund as it is then. */
    Mono<Refund> send(RefundWork work, String cause) {
        return cancel(work).flatMap(outcome -> record.record(work, outcome, cause));
    }

    /** Resolves a claimed refund, unless the claim was lost; it is recorded as it is then. */
    public Mono<Void> resolve(WorkLease claim) {
        return work(claim.id())
                .filter(work -> work.refund().heldBy(claim))
                .flatMap(work -> lookUp(work)
                        .flatMap(outcome -> outcome instanceof RefundOutcome.NotDone ? again(work) : Mono.just(outcome))
                        .flatMap(outcome -> record.record(work, outcome, "recovery")))
                .then();
    }

    /** A refund with what is needed at the PSP. */
    Mono<RefundWork> work(UUID id) {
        return refunds.find(id)
                .flatMap(refund -> Mono.zip(payments.find(refund.paymentId()), cancels.recorded(refund.paymentId()))
                        .map(both -> new RefundWork(both.getT1(), refund, both.getT2())));
    }

    /** A refusal of what was sent before may be the echo of its own success: only what the PSP shows then tells. */
    private Mono<RefundOutcome> again(RefundWork work) {
        return cancel(work)
                .flatMap(outcome -> outcome instanceof RefundOutcome.Failed
                        ? lookUp(work).map(shown -> shown instanceof RefundOutcome.NotDone ? outcome : shown)
                        : Mono.just(outcome));
    }

    private Mono<RefundOutcome> cancel(RefundWork work) {
        Refund refund = work.refund();
        return psp.cancel(work.pspKey(), work.payment().order(), refund.amount(), refund.reason())
                .map(answer -> RefundOutcome.judge(answer, work))
                .map(outcome -> outcome instanceof RefundOutcome.NotDone ? NOT_SHOWN : outcome);
    }

    private Mono<RefundOutcome> lookUp(RefundWork work) {
        return psp.find(work.payment().order()).map(answer -> RefundOutcome.judgeLookUp(answer, work));
    }
}
