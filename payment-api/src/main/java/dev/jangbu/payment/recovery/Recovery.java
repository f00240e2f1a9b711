package dev.jangbu.payment.recovery;

import dev.jangbu.payment.Settings;
import dev.jangbu.payment.payment.ChargePayment;
import dev.jangbu.payment.payment.PaymentAttempts;
import dev.jangbu.payment.payment.ResolvePayment;
import dev.jangbu.payment.payment.WorkBell;
import dev.jangbu.payment.refund.RefundAtPsp;
import dev.jangbu.payment.refund.RefundAttempts;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Finishes what was begun: payments that were queued, payments and refunds whose outcome is open and that nobody is at, be it
 * that an instance died or that the PSP left them unanswered. Each kind has a share of its own, so that a PSP that is silent
 * about some doesn't hold up the others. It looks when the bell rings, and else every second.
 */
@Component
class Recovery {

    private final ApplicationAvailability availability;
    private final List<WorkShare> shares;

    Recovery(
            PaymentAttempts payments,
            RefundAttempts refunds,
            ChargePayment charge,
            ResolvePayment resolvePayment,
            RefundAtPsp refundAtPsp,
            WorkBell bell,
            ApplicationAvailability availability,
            MeterRegistry meters,
            Settings settings) {
        this.availability = availability;
        Duration lease = settings.lease();
        Duration resolutionLease = settings.resolutionLease();
        int atOnce = settings.recovery().concurrency();
        this.shares = List.of(
                new WorkShare(
                        "queued payment",
                        settings.async().concurrency(),
                        limit -> payments.claimQueued(limit, lease),
                        charge::charge),
                new WorkShare(
                        "open payment",
                        atOnce,
                        limit -> payments.claimDue(limit, resolutionLease),
                        resolvePayment::resolve),
                new WorkShare(
                        "open refund",
                        atOnce,
                        limit -> refunds.claimDue(limit, resolutionLease),
                        refundAtPsp::resolve));
        shares.forEach(share -> Gauge.builder("jangbu.recovery.busy", share, WorkShare::busy)
                .tag("share", share.name())
                .description("What is being finished at the PSP at the moment")
                .register(meters));
        bell.onRing(this::look);
    }

    /** Not before the schema is resolved: an outcome that can't be recorded would cost an attempt. */
    @Scheduled(fixedDelay = 1000)
    void look() {
        if (availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC) {
            shares.forEach(WorkShare::look);
        }
    }
}
