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
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An unanswered refund is sent again with the same key. Only the PSP's answer to it names the refund's cancellation. */
class RepeatedRefundTest {

    private final Client client = Testbed.client();
    private final PspProxy psp = Testbed.psp();
    private final TestOrder order = new TestOrder(client);
    private final String id = paid(order);

    private static String paid(TestOrder order) {
        String id = order.create(10_000).is(201).id();
        order.confirm(id, 10_000).is(200);
        return id;
    }

    @AfterEach
    void restore() {
        psp.restore(order.tag());
    }

    @Test
    void aCancellationAtTheConsoleIsNotAdopted() {
        Reply refund = unanswered(2_000);
        String console = PspConsole.cancel(order, 2_000, "console");
        psp.restore(order.tag());

        await().untilAsserted(() -> client.get("/refunds/" + refund.id()).of("APPROVED"));

        // Its own cancellation, though the other one has its amount.
        assertThat(transactionKey(refund.id()))
                .isNotEqualTo(console)
                .isEqualTo(PspConsole.cancel(order, 2_000, "refund:" + refund.id()));
        assertThat(order.read(id).number("refundedAmount")).isEqualTo(2_000);
    }

    @Test
    void theCancellationOfALostAttemptIsItsOwnWhateverElseIsUnrecorded() {
        Reply refund = unanswered(2_000);
        PspConsole.cancel(order, 2_000, "console before");
        String own = PspConsole.cancel(order, 2_000, "refund:" + refund.id());
        PspConsole.cancel(order, 2_000, "console after");
        psp.restore(order.tag());

        await().untilAsserted(() -> client.get("/refunds/" + refund.id()).of("APPROVED"));

        assertThat(transactionKey(refund.id())).isEqualTo(own);
    }

    @Test
    void aRefusalNeedsAReviewIfThePspShowsAnUnrecordedCancellationOfItsAmount() {
        Reply refund = unanswered(10_000);
        String console = PspConsole.cancel(order, 10_000, "console");
        psp.restore(order.tag());

        await().untilAsserted(() -> client.get("/refunds/" + refund.id()).of("REVIEW"));

        assertThat(reviewReason(refund.id()))
                .startsWith("ALREADY_CANCELED_PAYMENT; the PSP shows 1 cancellations that are not recorded here: "
                        + console + " of 10000 at ");
    }

    @Test
    void aRefundWhoseKeyThePspHasForgottenIsNotSentAgain() {
        Reply refund = unanswered(2_000);
        String own = PspConsole.cancel(order, 2_000, "refund:" + refund.id());
        // An attempt that is already running has read the earlier time, so the change waits for its end.
        await().until(() -> isAged(refund.id()));
        int sent = cancellations();
        psp.restore(order.tag());

        await().untilAsserted(() -> client.get("/refunds/" + refund.id()).of("REVIEW"));

        assertThat(cancellations()).isEqualTo(sent);
        assertThat(reviewReason(refund.id())).startsWith("the PSP no longer remembers the key");
        client.post("/refunds/" + refund.id() + "/resolve", "{\"outcome\":\"APPROVED\",\"evidence\":\"x\"}")
                .is(200);
        assertThat(transactionKey(refund.id())).isEqualTo(own);
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    /** A refund whose first attempt does not reach the PSP, and which the recovery can't reach yet. */
    private Reply unanswered(long amount) {
        psp.cut(order.tag());
        return order.refund(id, TestOrder.refundOf("1", amount)).is(202).of("UNKNOWN");
    }

    private int cancellations() {
        return (int) psp.calls(order.tag()).stream()
                .filter(call -> call.path().endsWith("/cancel"))
                .count();
    }

    private static String transactionKey(String refund) {
        return text("SELECT transaction_key FROM psp_cancels WHERE refund_id = '%s'".formatted(refund));
    }

    private static String reviewReason(String refund) {
        return text("SELECT review_reason FROM refunds WHERE id = '%s'".formatted(refund));
    }

    /** Makes the refund 15 days older, as superuser without the trigger that protects the time; false during an attempt. */
    private static boolean isAged(String refund) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return statement.executeUpdate("""
                            UPDATE refunds SET created_at = created_at - interval '15 days'
                             WHERE id = '%s' AND lease_until IS NULL
                            """.formatted(refund)) == 1;
        }
    }

    private static String text(String select) {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(select)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
