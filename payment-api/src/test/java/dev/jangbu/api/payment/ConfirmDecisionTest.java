package dev.jangbu.api.payment;

import static dev.jangbu.api.payment.ConfirmDecision.decide;
import static dev.jangbu.api.payment.Payments.AMOUNT;
import static dev.jangbu.api.payment.Payments.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfirmDecisionTest {

    /** The row CONFIRM of the state table, with and without a live lease. */
    @ParameterizedTest(name = "{0}, lease live {1}: same {2}, other key {3}")
    @CsvSource(delimiter = '|', textBlock = """
                    READY     | false | CHARGE             | CHARGE
                    ACCEPTED  | false | RETURN_OPEN        | REFUSE_IN_PROGRESS
                    EXECUTING | true  | REFUSE_IN_PROGRESS | REFUSE_IN_PROGRESS
                    EXECUTING | false | INQUIRE            | REFUSE_IN_PROGRESS
                    UNKNOWN   | true  | RETURN_OPEN        | REFUSE_IN_PROGRESS
                    UNKNOWN   | false | INQUIRE            | REFUSE_IN_PROGRESS
                    REVIEW    | false | REFUSE_IN_PROGRESS | REFUSE_IN_PROGRESS
                    APPROVED  | false | RETURN_CHARGED     | REFUSE_FINAL
                    COMPLETED | false | RETURN_CHARGED     | REFUSE_FINAL
                    DECLINED  | false | REFUSE_FINAL       | REFUSE_FINAL
                    CANCELED  | false | REFUSE_FINAL       | REFUSE_FINAL
                    EXPIRED   | false | REFUSE_FINAL       | REFUSE_FINAL
                    """)
    void theStatusDeterminesTheStep(
            PaymentStatus status, boolean leaseLive, ConfirmDecision.Step same, ConfirmDecision.Step other) {
        Payment payment = Payments.in(status, leaseLive);

        assertThat(decide(payment, KEY, AMOUNT, false, false)).isEqualTo(same);
        assertThat(decide(payment, "another-key", AMOUNT, false, false)).isEqualTo(other);
    }

    @Test
    void aWrongAmountIsNeverCharged() {
        assertThat(decide(Payments.in(PaymentStatus.READY), KEY, AMOUNT - 1, false, false))
                .isEqualTo(ConfirmDecision.Step.REFUSE_AMOUNT);
        assertThat(decide(Payments.in(PaymentStatus.APPROVED), KEY, AMOUNT - 1, false, false))
                .isEqualTo(ConfirmDecision.Step.REFUSE_FINAL);
    }

    @Test
    void aRepeatedCallGetsThePaymentInReview() {
        assertThat(decide(Payments.in(PaymentStatus.REVIEW), KEY, AMOUNT, false, true))
                .isEqualTo(ConfirmDecision.Step.RETURN_OPEN);
    }

    @Test
    void aRepeatedCallDuringTheDelayUsesNoAttempt() {
        assertThat(decide(Payments.in(PaymentStatus.UNKNOWN, false, false), KEY, AMOUNT, false, true))
                .isEqualTo(ConfirmDecision.Step.RETURN_OPEN);
    }

    @Test
    void respondAsyncQueuesThePayment() {
        assertThat(decide(Payments.in(PaymentStatus.READY), KEY, AMOUNT, true, false))
                .isEqualTo(ConfirmDecision.Step.ACCEPT);
        assertThat(decide(Payments.in(PaymentStatus.READY), KEY, AMOUNT - 1, true, false))
                .isEqualTo(ConfirmDecision.Step.REFUSE_AMOUNT);
        assertThat(decide(Payments.in(PaymentStatus.APPROVED), KEY, AMOUNT, true, false))
                .isEqualTo(ConfirmDecision.Step.RETURN_CHARGED);
    }

    @Test
    void anExpiredPaymentIsNeverCharged() {
        assertThat(decide(Payments.expired(), KEY, AMOUNT, false, false)).isEqualTo(ConfirmDecision.Step.REFUSE_FINAL);
        assertThat(decide(Payments.expired(), KEY, AMOUNT, true, false)).isEqualTo(ConfirmDecision.Step.REFUSE_FINAL);
    }
}
