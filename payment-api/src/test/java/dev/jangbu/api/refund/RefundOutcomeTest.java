package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.payment.PaymentStatus;
import dev.jangbu.api.payment.Payments;
import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspResult;
import java.time.Instant;
import java.util.List;
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
        assertThat(outcome(charged(EARLIER, OURS))).isEqualTo(new RefundOutcome.Approved("tx-2"));
    }

    @Test
    void anUnrecordedCancellationOlderThanTheRefundIsIgnored() {
        PspCancel older = new PspCancel("tx-9", 5_000, NOW.minusSeconds(3_600));

        assertThat(outcome(charged(EARLIER, older))).isInstanceOf(RefundOutcome.NotDone.class);
        assertThat(outcome(charged(EARLIER, older, OURS))).isEqualTo(new RefundOutcome.Approved("tx-2"));
    }

    @Test
    void withoutAnUnrecordedCancellationTheRefundIsNotDone() {
        assertThat(outcome(charged(EARLIER))).isInstanceOf(RefundOutcome.NotDone.class);
        assertThat(outcome(charged())).isInstanceOf(RefundOutcome.NotDone.class);
    }

    @Test
    void anotherAmountAnotherChargeOrASecondCancellationNeedsAReview() {
        assertThat(outcome(charged(EARLIER, new PspCancel("tx-2", 4_999, NOW))))
                .isInstanceOf(RefundOutcome.Review.class);
        assertThat(outcome(charged(OURS, new PspCancel("tx-3", 5_000, NOW)))).isInstanceOf(RefundOutcome.Review.class);
        assertThat(outcome(new PspResult.Charged(KEY, "order-1001", 19_999, "KRW", false, List.of())))
                .isInstanceOf(RefundOutcome.Review.class);
        assertThat(outcome(new PspResult.Charged(KEY, "order-1002", 20_000, "KRW", false, List.of())))
                .isInstanceOf(RefundOutcome.Review.class);
    }

    @Test
    void onlyARefusalFails() {
        assertThat(outcome(new PspResult.Declined("NOT_CANCELABLE_PAYMENT")))
                .isEqualTo(new RefundOutcome.Failed("NOT_CANCELABLE_PAYMENT"));
        assertThat(outcome(new PspResult.Uncertain("no answer within 3000 ms")))
                .isInstanceOf(RefundOutcome.Unknown.class);
        assertThat(outcome(new PspResult.NotFound())).isInstanceOf(RefundOutcome.Unknown.class);
        assertThat(outcome(new PspResult.Charged(KEY, "order-1001", 20_000, "KRW", true, List.of())))
                .isInstanceOf(RefundOutcome.Unknown.class);
    }

    @Test
    void aDeclinedChargeNeedsAReview() {
        assertThat(RefundOutcome.fromLookUp(new PspResult.Declined("ABORTED"), work()))
                .isInstanceOf(RefundOutcome.Review.class);
    }

    private static PspResult charged(PspCancel... cancels) {
        return new PspResult.Charged(KEY, "order-1001", 20_000, "KRW", cancels.length > 0, List.of(cancels));
    }

    private static RefundOutcome outcome(PspResult result) {
        return RefundOutcome.from(result, work());
    }

    private static RefundWork work() {
        Refund refund = new Refund(
                UUID.fromString("0199c0de-0000-7000-8000-000000000002"),
                PAYMENT.id(),
                RefundStatus.EXECUTING,
                5_000,
                List.of(new RefundLine("1", 5_000, null)),
                "broken",
                1,
                true,
                null,
                null,
                1,
                null,
                NOW,
                null,
                null,
                null);
        return new RefundWork(PAYMENT, refund, Set.of("tx-1"));
    }
}
