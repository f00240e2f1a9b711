package dev.jangbu.api.recovery;

import dev.jangbu.api.PaymentApiSettings;
import dev.jangbu.api.payment.ChargePayment;
import dev.jangbu.api.payment.InquirePayment;
import dev.jangbu.api.payment.PaymentLeases;
import dev.jangbu.api.payment.RecordOutcome;
import dev.jangbu.api.payment.RecoverySignal;
import dev.jangbu.api.refund.RefundGateway;
import dev.jangbu.api.refund.RefundLeases;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/**
 * Finishes what was begun: payments that were queued, payments and refunds whose outcome is open and that nobody is at, be it
 * that an instance died or that the PSP left them unanswered. Each kind has a share of its own, so that a PSP that is silent
 * about some doesn't hold up the others. It looks when the bell rings, and else every second.
 */
@Component
class Recovery implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    /** How much longer than its lease one may be at its outcome: that is tried three times. */
    private static final Duration RECORDING_LASTS = RecordOutcome.TIMEOUT.multipliedBy(3);

    /** How long a service that stops waits for what is at the PSP. */
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(12);

    private final ApplicationAvailability availability;
    private final List<LeasedWorkQueue> shares;
    private volatile boolean running;

    Recovery(
            PaymentLeases payments,
            RefundLeases refunds,
            ChargePayment charge,
            InquirePayment resolvePayment,
            RefundGateway refundAtPsp,
            RecoverySignal bell,
            ApplicationAvailability availability,
            MeterRegistry meters,
            PaymentApiSettings settings) {
        this.availability = availability;
        Duration lease = settings.lease();
        Duration resolutionLease = settings.resolutionLease();
        int fastPath = settings.recovery().concurrency();
        this.shares = List.of(
                new LeasedWorkQueue(
                        "queued payment",
                        settings.async().concurrency(),
                        limit -> payments.claimQueued(limit, lease),
                        charge::charge,
                        lease.plus(RECORDING_LASTS)),
                new LeasedWorkQueue(
                        "open payment",
                        fastPath,
                        limit -> payments.claimDue(limit, resolutionLease),
                        resolvePayment::resolve,
                        resolutionLease.plus(RECORDING_LASTS)),
                new LeasedWorkQueue(
                        "open refund",
                        fastPath,
                        limit -> refunds.claimDue(limit, resolutionLease),
                        refundAtPsp::resolve,
                        resolutionLease.plus(RECORDING_LASTS)));
        shares.forEach(share -> Gauge.builder("jangbu.recovery.busy", share, LeasedWorkQueue::busy)
                .tag("share", share.name())
                .description("What is being finished at the PSP at the moment")
                .register(meters));
        bell.onRing(this::look);
    }

    /** Not before the schema is resolved: an outcome that can't be recorded would cost an attempt. */
    @Scheduled(fixedDelay = 1000)
    void look() {
        if (running && availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC) {
            shares.forEach(LeasedWorkQueue::look);
        }
    }

    @Override
    public void start() {
        running = true;
    }

    /** Takes nothing up any more, and lets what is at the PSP come to its end: what is not recorded has to be asked about anew. */
    @Override
    public void stop(Runnable stopped) {
        running = false;
        shares.forEach(LeasedWorkQueue::stop);
        Flux.interval(Duration.ZERO, Duration.ofMillis(50))
                .takeUntil(tick -> shares.stream().allMatch(share -> share.busy() == 0))
                .then()
                .timeout(STOPS_WITHIN)
                .onErrorComplete()
                .doFinally(end -> {
                    int left = shares.stream().mapToInt(LeasedWorkQueue::busy).sum();
                    if (left > 0) {
                        log.warn("Stopping while {} are at the PSP; whoever starts next finds out about them", left);
                    }
                    stopped.run();
                })
                .subscribe();
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
