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
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A person's decision about a refund takes the cancellation's key from the PSP. */
class ResolvedRefundTest {

    private final Client client = Testbed.client();
    private final PspProxy psp = Testbed.psp();
    private final TestOrder order = new TestOrder(client);

    @AfterEach
    void restore() {
        psp.restore(order.tag());
    }

    @Test
    void theOnlyCancellationOfItsAmountIsTheRefunds() {
        String refund = inReview(3_000);
        PspConsole.cancel(order, 1_000, "other");
        String own = PspConsole.cancel(order, 3_000, "own");
        psp.restore(order.tag());

        resolve(refund, "APPROVED", "").is(200).of("APPROVED");

        assertThat(settledKey()).isEqualTo(own);
    }

    @Test
    void oneOfSeveralCancellationsOfItsAmountHasToBeNamed() {
        String refund = inReview(3_000);
        PspConsole.cancel(order, 3_000, "other");
        String own = PspConsole.cancel(order, 3_000, "own");
        psp.restore(order.tag());

        Reply refused = resolve(refund, "APPROVED", "").problem(422, "invalid-field");
        assertThat(refused.get("detail")).contains("transactionKey", "shows 2 cancellations");
        resolve(refund, "APPROVED", ",\"transactionKey\":\"UNKNOWN\"").problem(422, "invalid-field");
        resolve(refund, "FAILED", ",\"transactionKey\":\"%s\"".formatted(own)).problem(422, "invalid-field");
        resolve(refund, "APPROVED", ",\"transactionKey\":\"%s\"".formatted(own))
                .is(200)
                .of("APPROVED");

        assertThat(settledKey()).isEqualTo(own);
    }

    @Test
    void withoutAnAnswerOfThePspNothingIsDecided() {
        String refund = inReview(3_000);

        resolve(refund, "APPROVED", "").problemForNow(503, "unavailable");
        resolve(refund, "FAILED", "").problemForNow(503, "unavailable");
        client.get("/refunds/" + refund).of("REVIEW");
        psp.restore(order.tag());

        resolve(refund, "FAILED", "").is(200).of("FAILED");
    }

    /** A refund in REVIEW, by an answer of the PSP about another amount; the PSP is cut off and has canceled nothing. */
    private String inReview(long amount) {
        String payment = order.create(10_000).is(201).id();
        order.confirm(payment, 10_000).is(200);
        psp.cut(order.tag());
        String refund = order.refund(payment, TestOrder.refundOf("1", amount))
                .is(202)
                .of("UNKNOWN")
                .id();
        await().until(() -> updated("UPDATE refunds SET attempts = 30, next_attempt_at = now() WHERE id = '" + refund
                        + "' AND lease_until IS NULL")
                == 1);
        await().untilAsserted(() -> client.get("/refunds/" + refund).of("REVIEW"));
        return refund;
    }

    private Reply resolve(String refund, String outcome, String more) {
        return client.post(
                "/refunds/" + refund + "/resolve",
                "{\"outcome\":\"%s\",\"evidence\":\"the PSP's console\"%s}".formatted(outcome, more));
    }

    /** The cancellation that the refund's settlement names. */
    private String settledKey() {
        List<SettlementRequested> refunds = PaymentInvariants.ofMainInstance().outbox(order).stream()
                .filter(request -> request.getKind() == SettlementKind.REFUND)
                .toList();
        assertThat(refunds).singleElement().satisfies(refund -> assertThat(refund.getMovedAt())
                .isNotNull());
        return String.valueOf(refunds.getFirst().getTransactionKey());
    }

    private static int updated(String statement) {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement update = connection.createStatement()) {
            return update.executeUpdate(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
