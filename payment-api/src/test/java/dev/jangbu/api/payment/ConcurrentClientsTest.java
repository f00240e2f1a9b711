package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two concurrent clients with each pair of operations on each status: the amounts are right whichever call wins. */
class ConcurrentClientsTest {

    private static final Set<Integer> EXPECTED_STATUSES = Set.of(200, 201, 202, 402, 409, 422);

    private record Pair(String first, String second) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair("confirm", "confirm"),
            new Pair("confirm", "confirm with another key"),
            new Pair("confirm", "cancel"),
            new Pair("confirm", "refund"),
            new Pair("cancel", "cancel"),
            new Pair("cancel", "refund"),
            new Pair("refund", "refund"),
            new Pair("refund a part", "refund"));

    @ParameterizedTest
    @EnumSource(State.class)
    void concurrentCallsNeverChargeTwiceRefundTooMuchOrLoseARefund(State state) {
        List<StagedPayment> payments = StagedPayment.many(state, PAIRS.size());
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < payments.size(); i++) {
            StagedPayment staged = payments.get(i);
            replies.add(send(staged, PAIRS.get(i).first()));
            replies.add(send(staged, PAIRS.get(i).second()));
        }
        List<Reply> answers = replies.stream().map(CompletableFuture::join).toList();
        payments.forEach(StagedPayment::close);

        for (int i = 0; i < payments.size(); i++) {
            Reply first = answers.get(2 * i);
            Reply second = answers.get(2 * i + 1);
            assertThat(EXPECTED_STATUSES)
                    .as("%s, %s: %s", state, PAIRS.get(i), first)
                    .contains(first.status());
            assertThat(EXPECTED_STATUSES)
                    .as("%s, %s: %s", state, PAIRS.get(i), second)
                    .contains(second.status());
            StagedPayment staged = payments.get(i);
            PaymentInvariants invariants = PaymentInvariants.ofMainInstance();
            invariants.verify(staged.order(), staged.id());
            // Each refund that was confirmed to a client exists.
            List<String> refunds = invariants.refunds(staged.id()).stream()
                    .map(refund -> refund.get("id").asString())
                    .toList();
            for (Reply reply : List.of(first, second)) {
                if (reply.status() == 201) {
                    assertThat(refunds).contains(reply.id());
                }
            }
        }
    }

    private static CompletableFuture<Reply> send(StagedPayment staged, String operation) {
        String path = "/payments/" + staged.id();
        TestOrder order = staged.order();
        return switch (operation) {
            case "confirm" -> post(path + "/confirm", order.confirmation(StagedPayment.AMOUNT));
            case "confirm with another key" ->
                post(path + "/confirm", TestOrder.confirmation("other_" + order.tag(), StagedPayment.AMOUNT));
            case "cancel" -> post(path + "/cancel", "{\"reason\":\"at once\"}");
            case "refund" -> post(path + "/refunds", "{\"reason\":\"at once\"}");
            case "refund a part" -> post(path + "/refunds", TestOrder.refundOf("1", 700));
            default -> throw new IllegalArgumentException(operation);
        };
    }

    private static CompletableFuture<Reply> post(String path, String body) {
        return Testbed.client().postAsync(path, body, UUID.randomUUID());
    }
}
