package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.psp.PspResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfirmOutcomeTest {

    private static final Payment PAYMENT = Payments.in(PaymentStatus.EXECUTING);
    private static final Instant CREATED = PAYMENT.createdAt();
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    @Test
    void aChargeOfExactlyTheOrderApproves() {
        assertThat(outcome(charged("key-1", "order-1001", 20_000, "KRW", false, CREATED)))
                .isEqualTo(new Outcome.Approved("", CREATED));
    }

    @Test
    void aChargeOlderThanItsPaymentNeedsAReview() {
        assertThat(outcome(charged("key-1", "order-1001", 20_000, "KRW", false, CREATED.minusSeconds(1))))
                .isInstanceOf(Outcome.Approved.class);
        for (boolean canceled : new boolean[] {false, true}) {
            Outcome older = outcome(charged("key-1", "order-1001", 20_000, "KRW", canceled, CREATED.minusSeconds(2)));

            assertThat(older).isInstanceOf(Outcome.Review.class);
            assertThat(older.detail()).startsWith("charge-older-than-payment: ");
        }
    }

    @Test
    void thePspsTimesAreWholeSeconds() {
        Payment created = Payments.createdAt(CREATED.plusMillis(999));

        assertThat(ConfirmOutcome.from(
                        charged("key-1", "order-1001", 20_000, "KRW", false, CREATED), created, Duration.ZERO))
                .isInstanceOf(Outcome.Approved.class);
    }

    @Test
    void aDifferentChargeNeedsAReview() {
        assertThat(outcome(charged("key-1", "order-1001", 20_001, "KRW", false, CREATED)))
                .isInstanceOf(Outcome.Review.class);
        assertThat(outcome(charged("key-1", "order-1001", 20_000, "USD", false, CREATED)))
                .isInstanceOf(Outcome.Review.class);
        assertThat(outcome(charged("key-1", "order-1002", 20_000, "KRW", false, CREATED)))
                .isInstanceOf(Outcome.Review.class);
    }

    @Test
    void aResultForAnotherPaymentKeyLeavesTheOutcomeUnknown() {
        assertThat(outcome(charged("key-2", "order-1001", 20_000, "KRW", false, CREATED)))
                .isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void onlyADeclineDeclines() {
        assertThat(outcome(new PspResult.Declined("REJECT_CARD_COMPANY")))
                .isEqualTo(new Outcome.Refused("REJECT_CARD_COMPANY"));
        assertThat(outcome(new PspResult.Uncertain("no answer within 3000 ms"))).isInstanceOf(Outcome.Unknown.class);
        assertThat(outcome(new PspResult.NotFound())).isInstanceOf(Outcome.Unknown.class);
        assertThat(outcome(new PspResult.InProgress())).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void aRefusalOfAChargedPaymentIsAnApproval() {
        assertThat(refused(PAYMENT, charged("key-1", "order-1001", 20_000, "KRW", false, CREATED)))
                .isEqualTo(new Outcome.Approved("", CREATED));
        assertThat(refused(PAYMENT, charged("key-1", "order-1001", 20_000, "KRW", false, CREATED.minusSeconds(2))))
                .isInstanceOf(Outcome.Review.class);
    }

    @Test
    void aRefusalCountsIfThePspShowsNoChargeUnderThePaymentKey() {
        for (PspResult shown : List.of(
                new PspResult.NotFound(),
                new PspResult.Declined("ABORTED"),
                new PspResult.InProgress(),
                charged("key-2", "order-1001", 20_000, "KRW", false, CREATED))) {
            assertThat(refused(PAYMENT, shown)).isEqualTo(new Outcome.Refused("REJECT_CARD_COMPANY"));
        }
        assertThat(refused(PAYMENT, new PspResult.Uncertain("no answer"))).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void aRefusedRepetitionOfAPaymentInProgressIsUnknown() {
        assertThat(refused(Payments.inAttempt(2), new PspResult.InProgress())).isInstanceOf(Outcome.Unknown.class);
        assertThat(refused(Payments.inAttempt(2), new PspResult.NotFound())).isInstanceOf(Outcome.Refused.class);
    }

    private static Outcome refused(Payment payment, PspResult shown) {
        return ConfirmOutcome.fromRefusal(new PspResult.Declined("REJECT_CARD_COMPANY"), shown, payment, TOLERANCE);
    }

    private static Outcome outcome(PspResult result) {
        return ConfirmOutcome.from(result, PAYMENT, TOLERANCE);
    }

    private static PspResult.Charged charged(
            String paymentKey, String orderId, long amountMinor, String currency, boolean canceled, Instant at) {
        return new PspResult.Charged(paymentKey, orderId, amountMinor, currency, at, "tx-charge", canceled, List.of());
    }

    @Test
    void aChargeThatIsAlreadyCanceledNeedsAReview() {
        assertThat(outcome(charged("key-1", "order-1001", 20_000, "KRW", true, CREATED)))
                .isInstanceOf(Outcome.Review.class);
    }
}
