package dev.jangbu.payment.refund;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.payment.Settings;
import dev.jangbu.payment.edge.TraceContext;
import dev.jangbu.payment.idempotency.Fingerprint;
import dev.jangbu.payment.idempotency.IdempotencyKey;
import dev.jangbu.payment.payment.Payment;
import dev.jangbu.payment.payment.PaymentStore;
import dev.jangbu.payment.payment.PaymentStore.Back;
import dev.jangbu.payment.review.PspCancels;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The part of T1 that a refund and a cancellation share: what is to go back is set aside, and the intent is written down. */
@Component
class BeginRefund {

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final PspCancels cancels;
    private final Settings settings;
    private final Clock clock;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    BeginRefund(PaymentStore payments, RefundStore refunds, PspCancels cancels, Settings settings, Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.cancels = cancels;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * The call that asks for it.
     *
     * @param operation refund or cancel
     */
    record Call(String operation, String reason, IdempotencyKey key, Fingerprint fingerprint, TraceContext trace) {}

    /** An id for a refund that may come of a call. */
    UUID nextId() {
        return ids.generate();
    }

    /**
     * Begins a refund, in the caller's transaction, which holds the payment's lock and has found that the lines fit.
     *
     * @return what the PSP is to be asked once that is committed
     */
    Mono<RefundWork> begin(UUID id, Payment payment, List<RefundLine> lines, Call call) {
        Refund refund = new Refund(
                id,
                payment.id(),
                RefundStatus.EXECUTING,
                lines.stream().mapToLong(RefundLine::amount).reduce(0, Math::addExact),
                lines,
                call.reason(),
                1,
                true,
                null,
                null,
                1,
                call.trace().traceparent(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                null,
                null,
                null);
        List<Back> back = lines.stream()
                .map(line -> new Back(line.lineId(), line.amount(), 0))
                .toList();
        return payments.reserve(payment.id(), back)
                .flatMap(reserved -> reserved
                        ? refunds.insert(refund, call.key(), call.fingerprint(), call.operation(), settings.lease())
                        : Mono.error(new IllegalStateException("Lines that fitted under the lock don't fit")))
                .then(cancels.recorded(payment.id()))
                .map(recorded -> new RefundWork(payment, refund, recorded));
    }
}
