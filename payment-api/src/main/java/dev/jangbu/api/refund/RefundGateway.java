package dev.jangbu.api.refund;

import dev.jangbu.api.database.DatabaseClock;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.RecordOutcome.Recorded;
import dev.jangbu.api.operation.WorkLease;
import dev.jangbu.api.outbox.ChargeGuard;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.review.PspCancels;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Instant;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/**
 * Refunds at the PSP, outside any transaction, and records the outcome. The caller holds the refund's lease.
 *
 * <ul>
 *   <li>An attempt without an answer is sent again with the same key: the PSP repeats its first answer, which names the
 *       refund's cancellation.
 *   <li>A refusal may result from an earlier success, so it counts only if no unrecorded cancellation that the PSP shows
 *       can be the refund's.
 *   <li>Another cancellation, made at the PSP's console for instance, is foreign: it is recorded with the payment, and the
 *       PSP refuses refunds beyond what it left.
 *   <li>When the PSP no longer remembers the key, a repetition could refund twice. It isn't sent; a person decides.
 * </ul>
 */
@Component
public class RefundGateway {

    private static final Outcome NOT_SHOWN = new Outcome.Unknown("the PSP's answer doesn't show the cancellation");

    private static final Outcome KEY_FORGOTTEN =
            new Outcome.Review("the PSP no longer remembers the key of the refund's first attempt");

    private static final Outcome REFUSED_FOR_NOW =
            new Outcome.Unknown("not shown by the PSP; refunds are refused for now");

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final PspCancels cancels;
    private final Psp psp;
    private final RecordRefund record;
    private final PaymentApiSettings.Psp settings;
    private final ChargeGuard chargeGuard;
    private final DatabaseClock clock;

    RefundGateway(
            PaymentStore payments,
            RefundStore refunds,
            PspCancels cancels,
            Psp psp,
            RecordRefund record,
            PaymentApiSettings settings,
            ChargeGuard chargeGuard,
            DatabaseClock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.cancels = cancels;
        this.psp = psp;
        this.record = record;
        this.settings = settings.psp();
        this.chargeGuard = chargeGuard;
        this.clock = clock;
    }

    /** Makes the first attempt. */
    Mono<Recorded<Refund>> send(RefundWork work) {
        return cancel(work)
                .flatMap(attempt ->
                        record.record(work.refund(), attempt, work.refund().call()));
    }

    /** Makes another attempt and records the outcome, unless the lease was lost. */
    public Mono<Void> inquire(WorkLease lease) {
        return refunds.find(lease.id())
                .filter(refund -> refund.isHeldBy(lease))
                .flatMap(refund -> payments.find(refund.paymentId()).flatMap(payment -> work(payment, refund)))
                .flatMap(work -> again(work).flatMap(attempt -> record.record(work.refund(), attempt, "recovery")))
                .then();
    }

    private Mono<RefundAttempt> again(RefundWork work) {
        if (!chargeGuard.isHealthy()) {
            return lookUp(work, REFUSED_FOR_NOW);
        }
        return isKeyRemembered(work.refund()) ? cancel(work) : lookUp(work, KEY_FORGOTTEN);
    }

    /** A refund with the data that its call to the PSP needs. */
    Mono<RefundWork> work(Payment payment, Refund refund) {
        return cancels.recorded(payment.id()).map(recorded -> new RefundWork(payment, refund, recorded));
    }

    /** Whether the PSP still remembers the refund's key when a call that is sent now arrives. */
    private boolean isKeyRemembered(Refund refund) {
        Instant forgotten = refund.createdAt().plus(settings.keyMemory());
        return clock.instant().plus(settings.timeout()).isBefore(forgotten);
    }

    private Mono<RefundAttempt> cancel(RefundWork work) {
        Refund refund = work.refund();
        return psp.cancel(work.pspKey(), work.payment().order(), refund.amountMinor(), refund.reason())
                .flatMap(answer -> switch (answer) {
                    case PspResult.Charged charged ->
                        named(charged, work)
                                .map(outcome -> new RefundAttempt(outcome, RefundOutcome.foreign(charged, work)));
                    case PspResult.Declined refusal -> lookUp(work, new Outcome.Refused(refusal.code()));
                    case PspResult.Rejected refusal ->
                        lookUp(
                                work,
                                new Outcome.Review("rejected by the PSP with %s, and not shown as refunded"
                                        .formatted(refusal.code())));
                    case PspResult.Open open -> Mono.just(RefundAttempt.of(RefundOutcome.ofNoCharge(open)));
                });
    }

    /** A cancellation that was pending in the PSP's first answer is looked up by the key that the answer names. */
    private Mono<Outcome> named(PspResult.Charged answer, RefundWork work) {
        return Mono.justOrEmpty(RefundOutcome.ofCancellation(answer, answer.lastTransactionKey(), work))
                .switchIfEmpty(Mono.defer(() -> psp.find(work.payment().order()))
                        .ofType(PspResult.Charged.class)
                        .flatMap(shown -> Mono.justOrEmpty(
                                RefundOutcome.ofCancellation(shown, answer.lastTransactionKey(), work)))
                        .defaultIfEmpty(NOT_SHOWN));
    }

    private Mono<RefundAttempt> lookUp(RefundWork work, Outcome notShown) {
        return psp.find(work.payment().order()).map(shown -> RefundOutcome.ofLookUp(shown, work, notShown));
    }
}
