package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspConsole;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Cancellations at the PSP's console are no refunds of this service. They are shown, and don't block a payment. */
class ForeignCancelsTest {

    private final Client client = Testbed.client();
    private final PspProxy psp = Testbed.psp();
    private final TestOrder order = new TestOrder(client);
    private final String id = order.create(10_000).is(201).id();

    @AfterEach
    void restore() {
        psp.restore(order.tag());
    }

    private void pay() {
        order.confirm(id, 10_000).is(200);
    }

    @Test
    void aRefundBeyondWhatIsLeftNamesTheForeignCancellationAndTheRestIsRefundable() {
        pay();
        String before = order.read(id).header("ETag");
        String key = PspConsole.cancel(order, 4_000, "console");

        Reply refused = order.refund(id).problem(402, "refund-refused");

        assertThat(refused.get("pspCode")).isEqualTo("NOT_CANCELABLE_AMOUNT");
        assertThat(refused.get("detail")).contains(key + " of 4000", "6000 is left");
        assertThat(order.read(id).header("ETag")).isNotEqualTo(before);
        assertThat(foreign(id)).containsExactly(key + " 4000");
        order.cancel(id).problem(402, "refund-refused");
        order.refund(id, "{\"amount\":6000,\"reason\":\"broken\"}").is(201).of("APPROVED");
        order.refund(id, "{\"amount\":1,\"reason\":\"broken\"}").problem(402, "refund-refused");
        assertThat(order.read(id).number("refundedAmount")).isEqualTo(6_000);
        assertThat(foreign(id)).containsExactly(key + " 4000");
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aRefundThatThePspMadeStaysASuccessBesideForeignCancellations() {
        pay();
        String first = PspConsole.cancel(order, 2_000, "console 1");
        String second = PspConsole.cancel(order, 2_000, "console 2");

        order.refund(id, "{\"amount\":2000,\"reason\":\"broken\"}").is(201).of("APPROVED");

        assertThat(order.read(id).number("refundedAmount")).isEqualTo(2_000);
        assertThat(foreign(id)).containsExactlyInAnyOrder(first + " 2000", second + " 2000");
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aRefundOfAnUnknownOutcomeFailsIfNoCancellationCanBeItsOwn() {
        pay();
        psp.cut(order.tag());
        String refund = order.refund(id).is(202).of("UNKNOWN").id();
        String key = PspConsole.cancel(order, 4_000, "console");
        psp.restore(order.tag());

        await().untilAsserted(() -> client.get("/refunds/" + refund).of("FAILED"));

        assertThat(foreign(id)).containsExactly(key + " 4000");
        order.refund(id, "{\"amount\":6000,\"reason\":\"broken\"}").is(201);
    }

    @Test
    void aPaymentThatWasCanceledBeforeItsApprovalNamesTheCancellation() {
        psp.cut(order.tag());
        order.confirm(id, 10_000).is(202).of("UNKNOWN");
        PspConsole.charge(order, id, 10_000);
        String key = PspConsole.cancel(order, 4_000, "console");
        psp.restore(order.tag());

        await().untilAsserted(() -> order.read(id).of("REVIEW"));
        assertThat(order.read(id).get("reviewReason")).contains(key + " of 4000");
        Reply resolved = client.post(
                        "/payments/" + id + "/resolve", "{\"outcome\":\"APPROVED\",\"evidence\":\"ticket 1\"}")
                .is(200)
                .of("APPROVED");

        assertThat(foreign(resolved)).containsExactly(key + " 4000");
        order.refund(id, "{\"amount\":6000,\"reason\":\"broken\"}").is(201);
    }

    private List<String> foreign(String payment) {
        return foreign(order.read(payment).is(200));
    }

    private static List<String> foreign(Reply payment) {
        List<String> found = new ArrayList<>();
        for (JsonNode cancel : payment.json().get("foreignCancels")) {
            assertThat(cancel.get("canceledAt").asString()).endsWith("Z");
            found.add(cancel.get("transactionKey").asString() + " "
                    + cancel.get("amount").longValue());
        }
        return found;
    }
}
