package dev.jangbu.api.refund;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.jangbu.api.http.TraceContext;
import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.idempotency.IdempotencyKey;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentStore;
import dev.jangbu.api.payment.PaymentStore.RefundedLine;
import dev.jangbu.api.review.PspCancels;
import dev.jangbu.api.settings.PaymentApiSettings;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** The part of T1 that refunds and cancellations share: reserves the lines and stores the intent. */
@Component
class RefundIntent {

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final PspCancels cancels;
    private final PaymentApiSettings settings;
    private final Clock clock;
    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();

    RefundIntent(
            PaymentStore payments, RefundStore refunds, PspCancels cancels, PaymentApiSettings settings, Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.cancels = cancels;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * The call that requested the refund.
     *
     * @param operation refund or cancel
     */
    record Call(String operation, String reason, IdempotencyKey key, Fingerprint fingerprint, TraceContext trace) {}

    /** An id for a refund that the call may create. */
    UUID nextId() {
        return ids.generate();
    }

    /**
     * Stores a refund, in the caller's transaction, which holds the payment's row lock and has checked the lines.
     *
     * @return the work to do at the PSP after the commit
     */
    Mono<RefundWork> store(UUID id, Payment payment, List<RefundLine> lines, Call call) {
        Refund refund = new Refund(
                id,
                payment.id(),
                RefundStatus.EXECUTING,
                lines.stream().mapToLong(RefundLine::amountMinor).reduce(0, Math::addExact),
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
        List<RefundedLine> reservation = lines.stream()
                .map(line -> new RefundedLine(line.lineId(), line.amountMinor(), 0))
                .toList();
        return payments.reserve(payment.id(), reservation)
                .flatMap(reserved -> reserved
                        ? refunds.insert(refund, call.key(), call.fingerprint(), call.operation(), settings.lease())
                        : Mono.error(new IllegalStateException(
                                "Lines that were refundable under the row lock could not be reserved")))
                .then(cancels.recorded(payment.id()))
                .map(recorded -> new RefundWork(payment, refund, recorded));
    }
}
