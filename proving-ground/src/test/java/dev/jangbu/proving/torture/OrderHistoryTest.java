package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.torture.OrderHistory.Event;
import java.net.http.HttpHeaders;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a customer forgets of an order when the database was restored. */
class OrderHistoryTest {

    private final OrderHistory history = new OrderHistory(Order.of("run", 1, new SplittableRandom(1)), "payment");

    @Test
    void aRestoreForgetsWhatWasInTheDatabaseAloneSinceTheBackup() {
        learn(Call.Kind.REFUND, 202, "earlier", "EXECUTING");
        long backup = System.nanoTime();
        learn(Call.Kind.CONFIRM, 200, "payment", "APPROVED");
        learn(Call.Kind.CONFIRM, 402, "payment", "");
        learn(Call.Kind.CANCEL, 200, "payment", "CANCELED");
        learn(Call.Kind.CANCEL, 200, "payment", "COMPLETED");
        learn(Call.Kind.REFUND, 201, "success", "APPROVED");
        learn(Call.Kind.REFUND, 202, "success", "EXECUTING");
        learn(Call.Kind.REFUND, 202, "open", "EXECUTING");

        history.forget(backup);

        assertThat(history.events()).containsOnlyKeys(Event.APPROVED, Event.REFUNDED);
        assertThat(history.refunds()).containsOnlyKeys("earlier", "success");
    }

    @Test
    void anAnswerBeforeTheBackupIsNotForgotten() {
        learn(Call.Kind.CONFIRM, 402, "payment", "");
        learn(Call.Kind.CANCEL, 200, "payment", "CANCELED");

        history.forget(System.nanoTime());

        assertThat(history.events()).containsOnlyKeys(Event.DECLINED, Event.CANCELED);
    }

    private void learn(Call.Kind kind, int status, String id, String state) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("id", id).put("amount", 1_000).put("status", state);
        history.learn(
                new Call(kind, "/payments/payment/x", "key", "{}"),
                new Response(status, HttpHeaders.of(Map.of(), (name, value) -> true), body));
    }
}
