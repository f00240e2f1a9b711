package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import org.junit.jupiter.api.Test;

/** What a person has seen at the PSP when deciding a refund is that refund's, and never a later one's. */
class RefundAfterReviewTest {

    @Test
    void aCancellationThatWasDecidedByHandIsNotTakenForTheNextRefunds() {
        TestOrder shop = new TestOrder(Testbed.client(), "sim_refund_wrong_amount");
        String payment = shop.create(1_000).is(201).id();
        shop.confirm(payment, 1_000).is(200);
        Reply inReview = shop.refund(payment, TestOrder.refundOf("1", 300)).is(202);
        assertThat(inReview.get("status")).isEqualTo("REVIEW");
        Testbed.client()
                .post(
                        "/refunds/" + inReview.id() + "/resolve",
                        "{\"outcome\":\"APPROVED\",\"evidence\":\"seen in the PSP's console\"}")
                .is(200);

        assertThat(shop.refund(payment, TestOrder.refundOf("1", 300)).is(201).get("status"))
                .isEqualTo("APPROVED");
        assertThat(shop.read(payment).is(200).number("refundedAmount")).isEqualTo(600);
    }
}
