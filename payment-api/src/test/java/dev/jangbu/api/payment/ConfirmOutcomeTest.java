package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.psp.PspResult;
import dev.jangbu.api.psp.PspOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfirmOutcomeTest {

    private static final PspOrder ORDER = new PspOrder("key-1", "order-1001", 20_000, "KRW");

    @Test
    void aChargeOfExactlyTheOrderApproves() {
        assertThat(judge(new PspResult.Charged("key-1", "order-1001", 20_000, "KRW", false, List.of())))
                .isInstanceOf(ConfirmOutcome.Approved.class);
    }

    @Test
    void aChargeOfAnythingElseIsForAPerson() {
        assertThat(judge(new PspResult.Charged("key-1", "order-1001", 20_001, "KRW", false, List.of())))
                .isInstanceOf(ConfirmOutcome.Review.class);
        assertThat(judge(new PspResult.Charged("key-1", "order-1001", 20_000, "USD", false, List.of())))
                .isInstanceOf(ConfirmOutcome.Review.class);
        assertThat(judge(new PspResult.Charged("key-1", "order-1002", 20_000, "KRW", false, List.of())))
                .isInstanceOf(ConfirmOutcome.Review.class);
    }

    @Test
    void anAnswerAboutAnotherKeySaysNothingOfThisPayment() {
        assertThat(judge(new PspResult.Charged("key-2", "order-1001", 20_000, "KRW", false, List.of())))
                .isInstanceOf(ConfirmOutcome.Unknown.class);
    }

    @Test
    void onlyADeclineDeclines() {
        assertThat(judge(new PspResult.Declined("REJECT_CARD_COMPANY")))
                .isEqualTo(new ConfirmOutcome.Declined("REJECT_CARD_COMPANY"));
        assertThat(judge(new PspResult.Uncertain("no answer within 3000 ms")))
                .isInstanceOf(ConfirmOutcome.Unknown.class);
        assertThat(judge(new PspResult.NotFound())).isInstanceOf(ConfirmOutcome.Unknown.class);
        assertThat(judge(new PspResult.InProgress())).isInstanceOf(ConfirmOutcome.Unknown.class);
    }

    private static ConfirmOutcome judge(PspResult answer) {
        return ConfirmOutcome.judge(answer, ORDER);
    }

    @Test
    void aChargeThatWentBackAlreadyIsForAPerson() {
        assertThat(judge(new PspResult.Charged("key-1", "order-1001", 20_000, "KRW", true, List.of())))
                .isInstanceOf(ConfirmOutcome.Review.class);
    }
}
