package dev.jangbu.api.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.simulator.TestSimulator;
import dev.jangbu.testsupport.TestHttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls of the PSP without the service: of a person at its console, or of the service, which has lost their record. */
public final class PspConsole {

    private static final TestHttpClient PSP = new TestHttpClient(Testbed.simulator())
            .withHeader(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString((TestSimulator.SECRET + ":").getBytes(StandardCharsets.UTF_8)));

    private PspConsole() {}

    /** Charges the order, with the key of the payment's confirmation. */
    public static void charge(TestOrder order, String payment, long amount) {
        String body = "{\"paymentKey\":\"%s\",\"orderId\":\"%s\",\"amount\":%d}"
                .formatted(order.paymentKey(), order.orderId(), amount);
        assertThat(PSP.post("/v1/payments/confirm", body, "Idempotency-Key", "confirm:" + payment)
                        .status())
                .isEqualTo(200);
    }

    /** Cancels a part of the order's charge with an idempotency key; returns the cancellation's transaction key. */
    public static String cancel(TestOrder order, long amount, String idempotencyKey) {
        String body = "{\"cancelReason\":\"at the console\",\"cancelAmount\":%d}".formatted(amount);
        TestHttpClient.Response answer =
                PSP.post("/v1/payments/" + order.paymentKey() + "/cancel", body, "Idempotency-Key", idempotencyKey);
        assertThat(answer.status()).isEqualTo(200);
        JsonNode payment = JsonMapper.shared().readTree(answer.body());
        return payment.get("lastTransactionKey").asString();
    }
}
