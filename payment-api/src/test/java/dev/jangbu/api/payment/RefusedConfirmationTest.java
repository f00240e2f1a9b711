package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspConsole;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A refused confirmation declines a payment only if the PSP shows that it was not charged. */
class RefusedConfirmationTest {

    private static final long AMOUNT = 3_000;
    private static final String REFUSAL =
            "{\"code\":\"NOT_FOUND_PAYMENT_SESSION\",\"message\":\"the session is over\"}";
    private static final String IN_PROGRESS = "{\"status\":\"IN_PROGRESS\"}";

    private final Client client = Testbed.client();
    private final PspProxy psp = Testbed.psp();
    private final TestOrder order = new TestOrder(client);
    private final String id = order.create(AMOUNT).is(201).id();

    /** In the body of the confirmation only. */
    private final String confirmation = "\"paymentKey\":\"" + order.paymentKey() + "\"";

    /** In the path of look-ups only. */
    private final String lookUp = "/v1/payments/" + order.paymentKey();

    @AfterEach
    void restore() {
        psp.restore(order.tag());
        psp.restore(confirmation);
        psp.restore(lookUp);
    }

    @Test
    void aFirstAttemptIsLookedUp() {
        // Charged by an attempt that the database has lost; the PSP refuses the next one.
        PspConsole.charge(order, id, AMOUNT);
        psp.answer(confirmation, 400, REFUSAL);

        order.confirm(id, AMOUNT).is(200).of("APPROVED");

        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aRepeatedAttemptIsLookedUp() {
        psp.cut(order.tag());
        order.confirm(id, AMOUNT).is(202).of("UNKNOWN");
        // Not found before the repetition, charged when it is refused.
        psp.answer(confirmation, 400, REFUSAL);
        PspProxy.Hold hold = psp.holdFirstAfter("/v1/payments/orders/" + order.orderId());
        psp.restore(order.tag());
        hold.awaitArrival();
        PspConsole.charge(order, id, AMOUNT);
        psp.restore("/v1/payments/orders/" + order.orderId());

        await().untilAsserted(() -> order.read(id).of("APPROVED"));
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aRefusalWithoutALookUpIsUnknown() {
        psp.answer(confirmation, 400, REFUSAL);
        psp.cut(lookUp);

        order.confirm(id, AMOUNT).is(202).of("UNKNOWN");

        psp.restore(lookUp);
        await().untilAsserted(() -> order.read(id).of("DECLINED"));
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aRequestThatThePspFindsInvalidIsDeclinedAtOnce() {
        psp.answer(confirmation, 400, "{\"code\":\"INVALID_REQUEST\",\"message\":\"…\"}");

        Reply declined = order.confirm(id, AMOUNT).problem(402, "payment-declined");

        assertThat(declined.get("pspCode")).isEqualTo("INVALID_REQUEST");
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 422})
    void aRefusalThatDoesNotSayWhetherItChargedNeedsAReviewAtOnce(int status) {
        psp.answer(confirmation, status, "{\"code\":\"A_FUTURE_CODE\",\"message\":\"…\"}");

        Reply review = order.confirm(id, AMOUNT).is(202).of("REVIEW");

        assertThat(review.get("reviewReason")).contains("A_FUTURE_CODE");
        assertThat(order.read(id).get("reviewReason")).contains("A_FUTURE_CODE");
    }

    @Test
    void aRefusalOfAChargedPaymentDoesNotCount() {
        PspConsole.charge(order, id, AMOUNT);
        psp.answer(confirmation, 400, "{\"code\":\"A_FUTURE_CODE\",\"message\":\"…\"}");

        order.confirm(id, AMOUNT).is(200).of("APPROVED");

        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 408, 409, 429, 500})
    void anErrorThatPassesIsNoDecline(int status) {
        psp.answer(confirmation, status, "{\"code\":\"A_FUTURE_CODE\",\"message\":\"…\"}");

        order.confirm(id, AMOUNT).is(202).of("UNKNOWN");

        psp.restore(confirmation);
        await().untilAsserted(() -> order.read(id).of("APPROVED"));
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void anInvalidRefundFailsAtOnceAndARejectedOneNeedsAReview() {
        order.confirm(id, AMOUNT).is(200);
        String cancel = lookUp + "/cancel";

        psp.answer(cancel, 400, "{\"code\":\"INVALID_REQUEST\",\"message\":\"…\"}");
        assertThat(order.refund(id).problem(402, "refund-refused").get("pspCode"))
                .isEqualTo("INVALID_REQUEST");
        psp.answer(cancel, 400, "{\"code\":\"A_FUTURE_CODE\",\"message\":\"…\"}");
        Reply review = order.refund(id).is(202).of("REVIEW");
        psp.restore(cancel);

        assertThat(review.get("reviewReason")).contains("A_FUTURE_CODE");
        assertThat(client.get("/refunds/" + review.id()).get("reviewReason")).contains("A_FUTURE_CODE");
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aPaymentInProgressEndsInAReview() throws Exception {
        psp.cut(order.tag());
        order.confirm(id, AMOUNT).is(202).of("UNKNOWN");
        psp.answer(confirmation, 400, REFUSAL);
        psp.answer(lookUp, 200, IN_PROGRESS);
        psp.restore(order.tag());
        await().until(() -> update("SELECT FROM psp_attempts WHERE resource_id = '" + id
                        + "' AND detail = 'refused with NOT_FOUND_PAYMENT_SESSION and in progress at the PSP'")
                > 0);
        order.read(id).of("UNKNOWN");

        // The buyer's authentication has expired.
        await().until(() ->
                update("UPDATE payments SET first_attempt_at = now() - interval '15 minutes', next_attempt_at = now()"
                                + " WHERE id = '" + id + "' AND lease_until IS NULL")
                        == 1);

        await().untilAsserted(() -> order.read(id).of("REVIEW"));
        assertThat(PaymentInvariants.ofMainInstance()
                        .verify(order, id)
                        .get("status")
                        .asString())
                .isEqualTo("REVIEW");
    }

    private static int update(String statement) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement update = connection.createStatement()) {
            if (!update.execute(statement)) {
                return update.getUpdateCount();
            }
            int rows = 0;
            while (update.getResultSet().next()) {
                rows++;
            }
            return rows;
        }
    }
}
