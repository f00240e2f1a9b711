package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.operation.PspProgress;
import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.payment.PaymentStatus;
import dev.jangbu.api.payment.Payments;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RefundOutcomeTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Payment PAYMENT =
            Payments.of(PaymentStatus.COMPLETED, new PaymentLine("1", "seller-a", 20_000, 1_000));
    private static final String KEY = PAYMENT.order().paymentKey();
    private static final PspCancel EARLIER = new PspCancel("tx-1", 5_000, NOW.minusSeconds(60));
    private static final PspCancel OURS = new PspCancel("tx-2", 5_000, NOW.plusSeconds(1));

    @Test
    void anUnrecordedCancellationBelongsToTheRefund() {
        assertThat(outcome(charged(EARLIER, OURS))).contains(new Outcome.Approved("tx-2", OURS.canceledAt()));
    }

    @Test
    void anUnrecordedCancellationOlderThanTheRefundIsIgnored() {
        PspCancel older = new PspCancel("tx-9", 5_000, NOW.minusSeconds(3_600));

        assertThat(outcome(charged(EARLIER, older))).isEmpty();
        assertThat(outcome(charged(EARLIER, older, OURS))).contains(new Outcome.Approved("tx-2", OURS.canceledAt()));
    }

    @Test
    void withoutAnUnrecordedCancellationTheRefundIsNotDone() {
        assertThat(outcome(charged(EARLIER))).isEmpty();
        assertThat(outcome(charged())).isEmpty();
    }

    @Test
    void anotherAmountAnotherChargeOrASecondCancellationNeedsAReview() {
        assertThat(outcome(charged(EARLIER, new PspCancel("tx-2", 4_999, NOW))))
                .containsInstanceOf(Outcome.Review.class);
        assertThat(outcome(charged(OURS, new PspCancel("tx-3", 5_000, NOW)))).containsInstanceOf(Outcome.Review.class);
        assertThat(outcome(new PspResult.Charged(KEY, "order-1001", 19_999, "KRW", NOW, "tx-2", false, List.of())))
                .containsInstanceOf(Outcome.Review.class);
        assertThat(outcome(new PspResult.Charged(KEY, "order-1002", 20_000, "KRW", NOW, "tx-2", false, List.of())))
                .containsInstanceOf(Outcome.Review.class);
    }

    @Test
    void onlyARefusalFails() {
        assertThat(outcome(new PspResult.Declined("NOT_CANCELABLE_PAYMENT")))
                .contains(new Outcome.Refused("NOT_CANCELABLE_PAYMENT"));
        assertThat(outcome(new PspResult.Uncertain("no answer within 3000 ms")))
                .containsInstanceOf(Outcome.Unknown.class);
        assertThat(outcome(new PspResult.NotFound())).containsInstanceOf(Outcome.Unknown.class);
        assertThat(outcome(new PspResult.Charged(KEY, "order-1001", 20_000, "KRW", NOW, "tx-2", true, List.of())))
                .containsInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void aDeclinedChargeNeedsAReview() {
        assertThat(RefundOutcome.fromLookUp(new PspResult.Declined("ABORTED"), work()))
                .containsInstanceOf(Outcome.Review.class);
    }

    private static PspResult charged(PspCancel... cancels) {
        return new PspResult.Charged(KEY, "order-1001", 20_000, "KRW", NOW, "tx-2", cancels.length > 0, List.of(cancels));
    }

    private static Optional<Outcome> outcome(PspResult result) {
        return RefundOutcome.from(result, work());
    }

    private static RefundWork work() {
        Refund refund = new Refund(
                UUID.fromString("0199c0de-0000-7000-8000-000000000002"),
                PAYMENT.id(),
                RefundPayment.REFUND,
                RefundStatus.EXECUTING,
                5_000,
                List.of(new RefundLine("1", 5_000, null)),
                "broken",
                1,
                PspProgress.started("00-11111111111111111111111111111111-2222222222222222-01"),
                NOW,
                null,
                null,
                null);
        return new RefundWork(PAYMENT, refund, Set.of("tx-1"));
    }
}
