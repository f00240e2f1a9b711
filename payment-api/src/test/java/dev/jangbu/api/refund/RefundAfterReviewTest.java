package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import org.junit.jupiter.api.Test;

/** Cancellations that the PSP shows at a person's decision are never matched with a later refund. */
class RefundAfterReviewTest {

    @Test
    void aCancellationRecordedByADecisionIsNotMatchedWithTheNextRefund() {
        TestOrder order = new TestOrder(Testbed.client(), "sim_refund_wrong_amount");
        String payment = order.create(1_000).is(201).id();
        order.confirm(payment, 1_000).is(200);
        Reply inReview = order.refund(payment, TestOrder.refundOf("1", 300)).is(202);
        assertThat(inReview.get("status")).isEqualTo("REVIEW");
        Testbed.client()
                .post(
                        "/refunds/" + inReview.id() + "/resolve",
                        "{\"outcome\":\"APPROVED\",\"evidence\":\"seen in the PSP's console\"}")
                .is(200);

        assertThat(order.refund(payment, TestOrder.refundOf("1", 300)).is(201).get("status"))
                .isEqualTo("APPROVED");
        assertThat(order.read(payment).is(200).number("refundedAmount")).isEqualTo(600);
    }
}
