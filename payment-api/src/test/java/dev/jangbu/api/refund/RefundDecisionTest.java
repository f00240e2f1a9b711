package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.payment.Payment;
import dev.jangbu.api.payment.PaymentLine;
import dev.jangbu.api.payment.PaymentStatus;
import dev.jangbu.api.payment.Payments;
import dev.jangbu.api.refund.RefundRequest.Requested;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefundDecisionTest {

    private static final Requested REST = new Requested.Rest();

    private static final Payment PARTLY_REFUNDED = Payments.of(
            PaymentStatus.COMPLETED,
            new PaymentLine("1", "seller-a", 12_000, 600, 2_000, 0, 100),
            new PaymentLine("2", "seller-b", 8_000, 0, 8_000, 0, 0));

    @ParameterizedTest(name = "{0}: refund {1}, cancel {2}")
    @CsvSource(delimiter = '|', textBlock = """
                    READY     | RefuseNotRefundable | CancelUncharged
                    ACCEPTED  | RefuseNotRefundable | CancelUncharged
                    EXECUTING | RefuseInProgress    | RefuseInProgress
                    UNKNOWN   | RefuseInProgress    | RefuseInProgress
                    REVIEW    | RefuseInProgress    | RefuseInProgress
                    APPROVED  | Send                | Send
                    COMPLETED | Send                | Send
                    DECLINED  | RefuseNotRefundable | RefuseFinal
                    CANCELED  | RefuseNotRefundable | Done
                    EXPIRED   | RefuseNotRefundable | RefuseFinal
                    """)
    void theStatusDeterminesTheStepOfARefundAndACancellation(PaymentStatus status, String refund, String cancel) {
        Payment payment = Payments.of(status, new PaymentLine("1", "seller-a", 12_000, 600));

        assertThat(RefundDecision.refund(payment, false, REST).getClass().getSimpleName())
                .isEqualTo(refund);
        assertThat(RefundDecision.cancel(payment, false).getClass().getSimpleName())
                .isEqualTo(cancel);
    }

    @Test
    void aRefundInProgressRefusesAnother() {
        assertThat(RefundDecision.refund(PARTLY_REFUNDED, true, REST))
                .isInstanceOf(RefundDecision.RefuseInProgress.class);
        assertThat(RefundDecision.cancel(PARTLY_REFUNDED, true)).isInstanceOf(RefundDecision.RefuseInProgress.class);
    }

    @Test
    void theRestIsTheRefundableAmountOfEachLine() {
        RefundDecision.Send rest = new RefundDecision.Send(List.of(new RefundLine("1", 10_000, null)));

        assertThat(RefundDecision.refund(PARTLY_REFUNDED, false, REST)).isEqualTo(rest);
        assertThat(RefundDecision.cancel(PARTLY_REFUNDED, false)).isEqualTo(rest);
    }

    @Test
    void withoutARestARefundIsRefusedAndACancellationIsDone() {
        Payment refunded =
                Payments.of(PaymentStatus.COMPLETED, new PaymentLine("1", "seller-a", 12_000, 600, 12_000, 0, 600));

        assertThat(RefundDecision.refund(refunded, false, REST)).isInstanceOf(RefundDecision.RefuseExceeds.class);
        assertThat(RefundDecision.cancel(refunded, false)).isInstanceOf(RefundDecision.Done.class);
    }

    @Test
    void noLineIsRefundedBeyondItsRefundableAmount() {
        assertThat(lines(new RefundLine("1", 10_000, null))).isInstanceOf(RefundDecision.Send.class);
        assertThat(lines(new RefundLine("1", 10_001, null))).isInstanceOf(RefundDecision.RefuseExceeds.class);
        assertThat(lines(new RefundLine("1", 1, null), new RefundLine("2", 1, null)))
                .isInstanceOf(RefundDecision.RefuseExceeds.class);
        assertThat(lines(new RefundLine("3", 1, null))).isInstanceOf(RefundDecision.RefuseField.class);
    }

    @Test
    void reservedAmountsAreNotRefundable() {
        Payment reserved =
                Payments.of(PaymentStatus.APPROVED, new PaymentLine("1", "seller-a", 12_000, 600, 2_000, 9_999, 100));

        assertThat(RefundDecision.refund(reserved, false, new Requested.Amount(2)))
                .isInstanceOf(RefundDecision.RefuseExceeds.class);
        assertThat(RefundDecision.refund(reserved, false, new Requested.Amount(1)))
                .isInstanceOf(RefundDecision.Send.class);
    }

    @Test
    void anAmountWithoutLinesNeedsAPaymentOfOneLine() {
        assertThat(RefundDecision.refund(PARTLY_REFUNDED, false, new Requested.Amount(1)))
                .isInstanceOf(RefundDecision.RefuseField.class);
    }

    private static RefundDecision lines(RefundLine... lines) {
        return RefundDecision.refund(PARTLY_REFUNDED, false, new Requested.Lines(List.of(lines)));
    }
}
