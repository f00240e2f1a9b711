package dev.jangbu.payment.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.payment.psp.PspAnswer;
import dev.jangbu.payment.psp.PspCancel;
import dev.jangbu.payment.psp.PspOrder;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RefundOutcomeTest {

    private static final PspOrder ORDER = new PspOrder("key-1", "order-1001", 20_000, "KRW");
    private static final PspCancel EARLIER = new PspCancel("tx-1", 5_000);

    @Test
    void aCancellationThatIsNotRecordedIsThisRefunds() {
        assertThat(judge(charged(EARLIER, new PspCancel("tx-2", 5_000)))).isEqualTo(new RefundOutcome.Approved("tx-2"));
    }

    @Test
    void whatThePspDoesNotShowWasNotDone() {
        assertThat(judge(charged(EARLIER))).isInstanceOf(RefundOutcome.NotDone.class);
        assertThat(RefundOutcome.judge(charged(), ORDER, 5_000, Set.of())).isInstanceOf(RefundOutcome.NotDone.class);
    }

    @Test
    void anotherAmountOrAnotherChargeOrOneCancellationTooManyIsForAPerson() {
        assertThat(judge(charged(EARLIER, new PspCancel("tx-2", 4_999)))).isInstanceOf(RefundOutcome.Review.class);
        assertThat(judge(charged(new PspCancel("tx-2", 5_000), new PspCancel("tx-3", 5_000))))
                .isInstanceOf(RefundOutcome.Review.class);
        assertThat(judge(new PspAnswer.Charged("key-1", "order-1001", 19_999, "KRW", false, List.of())))
                .isInstanceOf(RefundOutcome.Review.class);
        assertThat(judge(new PspAnswer.Charged("key-1", "order-1002", 20_000, "KRW", false, List.of())))
                .isInstanceOf(RefundOutcome.Review.class);
    }

    @Test
    void onlyARefusalFails() {
        assertThat(judge(new PspAnswer.Declined("NOT_CANCELABLE_PAYMENT")))
                .isEqualTo(new RefundOutcome.Failed("NOT_CANCELABLE_PAYMENT"));
        assertThat(judge(new PspAnswer.Uncertain("no answer within 3000 ms")))
                .isInstanceOf(RefundOutcome.Unknown.class);
        assertThat(judge(new PspAnswer.NotFound())).isInstanceOf(RefundOutcome.Unknown.class);
        assertThat(judge(new PspAnswer.Charged("key-1", "order-1001", 20_000, "KRW", true, List.of())))
                .isInstanceOf(RefundOutcome.Unknown.class);
    }

    private static PspAnswer charged(PspCancel... cancels) {
        return new PspAnswer.Charged("key-1", "order-1001", 20_000, "KRW", cancels.length > 0, List.of(cancels));
    }

    private static RefundOutcome judge(PspAnswer answer) {
        return RefundOutcome.judge(answer, ORDER, 5_000, Set.of("tx-1"));
    }
}
