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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefundOutcomeTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Payment PAYMENT =
            Payments.of(PaymentStatus.COMPLETED, new PaymentLine("1", "seller-a", 20_000, 1_000));
    private static final String KEY = PAYMENT.order().paymentKey();
    private static final PspCancel EARLIER = new PspCancel("tx-1", 5_000, NOW.minusSeconds(60));
    private static final Outcome REFUSED = new Outcome.Refused("NOT_CANCELABLE_PAYMENT");
    private static final PspCancel OURS = new PspCancel("tx-2", 5_000, NOW.plusSeconds(1));

    @Test
    void theCancellationNamedByTheAnswerIsTheRefunds() {
        PspCancel older = new PspCancel("tx-9", 5_000, NOW.minusSeconds(3_600));

        assertThat(answered("tx-2", EARLIER, OURS)).contains(new Outcome.Approved("tx-2", OURS.canceledAt()));
        // Whatever others are unrecorded, and however old it is: the PSP repeats an answer from before the refund's
        // row.
        assertThat(answered("tx-9", EARLIER, older, OURS)).contains(new Outcome.Approved("tx-9", older.canceledAt()));
    }

    @Test
    void withoutItsNameNoCancellationIsTheRefunds() {
        assertThat(answered(null, EARLIER, OURS)).isEmpty();
        assertThat(answered("tx-charge", EARLIER, OURS)).isEmpty();
        assertThat(answered("tx-2")).isEmpty();
        // Recorded: it belongs to another refund.
        assertThat(answered("tx-1", EARLIER, OURS)).isEmpty();
    }

    @Test
    void anotherAmountOrAnotherChargeNeedsAReview() {
        assertThat(answered("tx-2", EARLIER, new PspCancel("tx-2", 4_999, NOW)))
                .containsInstanceOf(Outcome.Review.class);
        for (PspResult.Charged other :
                List.of(charged("order-1001", 19_999, "tx-2", OURS), charged("order-1002", 20_000, "tx-2", OURS))) {
            assertThat(RefundOutcome.ofCancellation(other, "tx-2", work())).containsInstanceOf(Outcome.Review.class);
            assertThat(lookedUp(other, 1).outcome()).isInstanceOf(Outcome.Review.class);
        }
    }

    @Test
    void aRefusalFailsOnlyIfNoUnrecordedCancellationCanBeTheRefunds() {
        assertThat(lookedUp(2)).isEqualTo(RefundAttempt.of(REFUSED));
        assertThat(lookedUp(2, EARLIER)).isEqualTo(RefundAttempt.of(REFUSED));
        assertThat(lookedUp(2, EARLIER, OURS))
                .isEqualTo(RefundAttempt.of(
                        new Outcome.Review("NOT_CANCELABLE_PAYMENT; the PSP shows 1 cancellations that are not recorded"
                                + " here: tx-2 of 5000 at " + OURS.canceledAt())));
        assertThat(lookedUp(new PspResult.Declined("ABORTED"), 1).outcome()).isInstanceOf(Outcome.Review.class);
        assertThat(lookedUp(new PspResult.Charged(KEY, "order-1001", 20_000, "KRW", NOW, "tx-2", true, List.of()), 1)
                        .outcome())
                .isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void cancellationsAreForeignIfTheOnlyAttemptWasRefusedOrTheirAmountIsAnother() {
        PspCancel another = new PspCancel("tx-3", 4_999, NOW);

        assertThat(lookedUp(1, EARLIER, OURS)).isEqualTo(new RefundAttempt(REFUSED, List.of(OURS)));
        assertThat(lookedUp(2, EARLIER, another)).isEqualTo(new RefundAttempt(REFUSED, List.of(another)));
        assertThat(lookedUp(2, another, OURS).foreign()).isEmpty();
        // A code that does not say whether it refunded.
        Outcome review = new Outcome.Review("rejected");
        assertThat(RefundOutcome.ofLookUp(charged("order-1001", 20_000, "tx-2", OURS), work(1), review)
                        .foreign())
                .isEmpty();
    }

    @Test
    void cancellationsBesideTheNamedOneAreForeign() {
        PspCancel another = new PspCancel("tx-3", 5_000, NOW);

        assertThat(RefundOutcome.foreign(charged("order-1001", 20_000, "tx-2", EARLIER, another, OURS), work()))
                .containsExactly(another);
        assertThat(RefundOutcome.foreign(charged("order-1001", 20_000, null, EARLIER, another), work()))
                .isEmpty();
        assertThat(RefundOutcome.foreign(charged("order-1002", 20_000, "tx-2", another, OURS), work()))
                .isEmpty();
    }

    @Test
    void withoutAChargeNothingIsDecided() {
        for (PspResult.Open open :
                List.of(new PspResult.Uncertain("no answer within 3000 ms"), new PspResult.NotFound())) {
            assertThat(RefundOutcome.ofNoCharge(open)).isInstanceOf(Outcome.Unknown.class);
            assertThat(lookedUp(open, 1).outcome()).isInstanceOf(Outcome.Unknown.class);
        }
        assertThat(RefundOutcome.ofNoCharge(new PspResult.InProgress())).isInstanceOf(Outcome.Review.class);
    }

    private static Optional<Outcome> answered(@Nullable String lastTransactionKey, PspCancel... cancels) {
        return RefundOutcome.ofCancellation(
                charged("order-1001", 20_000, lastTransactionKey, cancels), lastTransactionKey, work());
    }

    private static RefundAttempt lookedUp(int attempts, PspCancel... cancels) {
        return lookedUp(charged("order-1001", 20_000, "tx-2", cancels), attempts);
    }

    private static RefundAttempt lookedUp(PspResult shown, int attempts) {
        return RefundOutcome.ofLookUp(shown, work(attempts), REFUSED);
    }

    private static PspResult.Charged charged(
            String orderId, long amountMinor, @Nullable String lastTransactionKey, PspCancel... cancels) {
        return new PspResult.Charged(
                KEY, orderId, amountMinor, "KRW", NOW, lastTransactionKey, cancels.length > 0, List.of(cancels));
    }

    private static RefundWork work() {
        return work(1);
    }

    private static RefundWork work(int attempts) {
        Refund refund = new Refund(
                UUID.fromString("0199c0de-0000-7000-8000-000000000002"),
                PAYMENT.id(),
                RefundPayment.REFUND,
                RefundStatus.EXECUTING,
                5_000,
                List.of(new RefundLine("1", 5_000, null)),
                "broken",
                1,
                new PspProgress(attempts, true, true, null, null, null),
                NOW,
                null,
                null,
                null);
        return new RefundWork(PAYMENT, refund, Set.of("tx-1"));
    }
}
