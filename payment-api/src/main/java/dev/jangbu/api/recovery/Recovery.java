package dev.jangbu.api.recovery;

import dev.jangbu.api.continuity.DatabaseContinuity;
import dev.jangbu.api.operation.OperationLeases;
import dev.jangbu.api.operation.RecordOutcome;
import dev.jangbu.api.operation.RecoverySignal;
import dev.jangbu.api.payment.ChargePayment;
import dev.jangbu.api.payment.InquirePayment;
import dev.jangbu.api.payment.PaymentLeases;
import dev.jangbu.api.refund.RefundGateway;
import dev.jangbu.api.settings.PaymentApiSettings;
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
 * Charges queued payments, and completes payments and refunds whose outcome is open and whose lease has run out,
 * because an instance died or the PSP gave no answer. Each kind has its own queue, so that unanswered calls of one kind
 * don't delay the others. It polls at each {@link RecoverySignal} and every second.
 */
@Component
class Recovery implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    /** Time beyond the lease for recording the outcome, which is tried three times. */
    private static final Duration RECORDING_TIMEOUT = RecordOutcome.TIMEOUT.multipliedBy(3);

    /** A stopping service waits this long for running calls to the PSP. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(12);

    private final ApplicationAvailability availability;
    private final DatabaseContinuity continuity;
    private final List<LeasedWorkQueue> queues;
    private volatile boolean running;

    Recovery(
            PaymentLeases payments,
            OperationLeases open,
            ChargePayment charge,
            InquirePayment inquirePayment,
            RefundGateway refundGateway,
            RecoverySignal recoverySignal,
            ApplicationAvailability availability,
            DatabaseContinuity continuity,
            MeterRegistry meters,
            PaymentApiSettings settings) {
        this.availability = availability;
        this.continuity = continuity;
        Duration lease = settings.lease();
        Duration resolutionLease = settings.recoveryLease();
        int concurrency = settings.recovery().concurrency();
        this.queues = List.of(
                new LeasedWorkQueue(
                        "queued payment",
                        settings.async().concurrency(),
                        payments::leaseQueued,
                        charge::charge,
                        lease.plus(RECORDING_TIMEOUT)),
                new LeasedWorkQueue(
                        "open payment",
                        concurrency,
                        open::leasePayments,
                        inquirePayment::inquire,
                        resolutionLease.plus(RECORDING_TIMEOUT)),
                new LeasedWorkQueue(
                        "open refund",
                        concurrency,
                        open::leaseRefunds,
                        refundGateway::inquire,
                        resolutionLease.plus(RECORDING_TIMEOUT)));
        queues.forEach(queue -> Gauge.builder("jangbu.recovery.busy", queue, LeasedWorkQueue::busy)
                .tag("queue", queue.name())
                .description("Operations that the recovery is completing at the PSP")
                .register(meters));
        recoverySignal.onRaised(this::poll);
    }

    /**
     * Only while the instance accepts traffic: without the schema an outcome can't be recorded, and an attempt would be
     * lost. Not while the database is closed: what it calls open may be charged already.
     */
    @Scheduled(fixedDelay = 1000)
    void poll() {
        if (running && continuity.isOpen() && availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC) {
            queues.forEach(LeasedWorkQueue::poll);
        }
    }

    @Override
    public void start() {
        running = true;
    }

    /** Leases no more work and waits for running calls to the PSP: an unrecorded outcome costs another inquiry. */
    @Override
    public void stop(Runnable stopped) {
        running = false;
        queues.forEach(LeasedWorkQueue::stop);
        Flux.interval(Duration.ZERO, Duration.ofMillis(50))
                .takeUntil(tick -> queues.stream().allMatch(queue -> queue.busy() == 0))
                .then()
                .timeout(STOP_TIMEOUT)
                .onErrorComplete()
                .doFinally(end -> {
                    int left = queues.stream().mapToInt(LeasedWorkQueue::busy).sum();
                    if (left > 0) {
                        log.warn(
                                "Stopping with {} operations still at the PSP; the recovery will inquire about them",
                                left);
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
