package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Shop;
import dev.jangbu.api.testbed.Staged;
import dev.jangbu.api.testbed.Staged.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.Truth;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two clients at once, with every pair of operations, on every state: whoever wins, the money is right. */
class TwoClientsTest {

    private static final Set<Integer> FORESEEN = Set.of(200, 201, 202, 402, 409, 422);

    private record Pair(String one, String other) {}

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
    void twoAtOnceNeverChargeTwiceNorRefundTooMuchNorLoseARefund(State state) {
        List<Staged> payments = Staged.many(state, PAIRS.size());
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < payments.size(); i++) {
            Staged staged = payments.get(i);
            replies.add(send(staged, PAIRS.get(i).one()));
            replies.add(send(staged, PAIRS.get(i).other()));
        }
        List<Reply> answers = replies.stream().map(CompletableFuture::join).toList();
        payments.forEach(Staged::close);

        for (int i = 0; i < payments.size(); i++) {
            Reply one = answers.get(2 * i);
            Reply other = answers.get(2 * i + 1);
            assertThat(FORESEEN).as("%s, %s: %s", state, PAIRS.get(i), one).contains(one.status());
            assertThat(FORESEEN).as("%s, %s: %s", state, PAIRS.get(i), other).contains(other.status());
            Staged staged = payments.get(i);
            Truth truth = Truth.ofMain();
            truth.holds(staged.shop(), staged.id());
            // A refund that was answered with success is there, each once.
            List<String> refunds = truth.refunds(staged.id()).stream()
                    .map(refund -> refund.get("id").asString())
                    .toList();
            for (Reply reply : List.of(one, other)) {
                if (reply.status() == 201) {
                    assertThat(refunds).contains(reply.id());
                }
            }
        }
    }

    private static CompletableFuture<Reply> send(Staged staged, String operation) {
        String path = "/payments/" + staged.id();
        Shop shop = staged.shop();
        return switch (operation) {
            case "confirm" -> post(path + "/confirm", shop.confirmation(Staged.AMOUNT));
            case "confirm with another key" ->
                post(path + "/confirm", Shop.confirmation("other_" + shop.tag(), Staged.AMOUNT));
            case "cancel" -> post(path + "/cancel", "{\"reason\":\"at once\"}");
            case "refund" -> post(path + "/refunds", "{\"reason\":\"at once\"}");
            case "refund a part" -> post(path + "/refunds", Shop.refundOf("1", 700));
            default -> throw new IllegalArgumentException(operation);
        };
    }

    private static CompletableFuture<Reply> post(String path, String body) {
        return Testbed.client().posted(path, body, UUID.randomUUID());
    }
}
