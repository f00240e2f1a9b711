package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.operation.Outcome;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.psp.PspResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfirmOutcomeTest {

    private static final PspOrder ORDER = new PspOrder("key-1", "order-1001", 20_000, "KRW");

    @Test
    void aChargeOfExactlyTheOrderApproves() {
        assertThat(outcome(new PspResult.Charged("key-1", "order-1001", 20_000, "KRW", false, List.of())))
                .isInstanceOf(Outcome.Approved.class);
    }

    @Test
    void aDifferentChargeNeedsAReview() {
        assertThat(outcome(new PspResult.Charged("key-1", "order-1001", 20_001, "KRW", false, List.of())))
                .isInstanceOf(Outcome.Review.class);
        assertThat(outcome(new PspResult.Charged("key-1", "order-1001", 20_000, "USD", false, List.of())))
                .isInstanceOf(Outcome.Review.class);
        assertThat(outcome(new PspResult.Charged("key-1", "order-1002", 20_000, "KRW", false, List.of())))
                .isInstanceOf(Outcome.Review.class);
    }

    @Test
    void aResultForAnotherPaymentKeyLeavesTheOutcomeUnknown() {
        assertThat(outcome(new PspResult.Charged("key-2", "order-1001", 20_000, "KRW", false, List.of())))
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

    private static Outcome outcome(PspResult result) {
        return ConfirmOutcome.from(result, ORDER);
    }

    @Test
    void aChargeThatIsAlreadyCanceledNeedsAReview() {
        assertThat(outcome(new PspResult.Charged("key-1", "order-1001", 20_000, "KRW", true, List.of())))
                .isInstanceOf(Outcome.Review.class);
    }
}
