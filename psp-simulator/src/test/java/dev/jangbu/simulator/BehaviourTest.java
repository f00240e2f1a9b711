package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BehaviourTest {
    /** Longer than a slow machine needs to accept a request, shorter than {@link #DELAYS}. */
    private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(1);

    private static final PspSimulator.Delays DELAYS =
            new PspSimulator.Delays(Duration.ofSeconds(2), Duration.ofSeconds(5));

    @TempDir
    Path folder;

    private PspSimulator simulator;
    private PspClient psp;
    private PspClient impatient;

    @BeforeEach
    void start() throws Exception {
        simulator = PspSimulator.start(0, PspClient.SECRET, folder, Clock.systemUTC(), DELAYS);
        psp = new PspClient(simulator.port());
        impatient = new PspClient(simulator.port(), CLIENT_TIMEOUT);
        // Load the classes of client and server before a call is timed.
        psp.get("/simulator/health");
        impatient.get("/simulator/health");
    }

    @AfterEach
    void stop() throws Exception {
        simulator.close();
    }

    @Test
    void declinedPaymentIsNeverChargedAndStaysAborted() throws Exception {
        PspClient.Reply declined = psp.confirm("sim_declined_1", "order-1001", "1000", "confirm:1");

        assertThat(declined.status()).isEqualTo(403);
        assertThat(declined.code()).isEqualTo("REJECT_CARD_COMPANY");
        JsonNode payment = psp.get("/v1/payments/sim_declined_1").json();
        assertThat(payment.path("status").asText()).isEqualTo("ABORTED");
        assertThat(payment.path("approvedAt").isNull()).isTrue();
        assertThat(payment.path("failure").path("code").asText()).isEqualTo("REJECT_CARD_COMPANY");
        assertThat(psp.confirm("sim_declined_1", "order-1001", "1000", "confirm:1")
                        .code())
                .isEqualTo("REJECT_CARD_COMPANY");
        assertThat(psp.confirm("sim_declined_1", "order-1001", "1000", "confirm:2")
                        .code())
                .isEqualTo("ALREADY_PROCESSED_PAYMENT");
        assertThat(psp.cancel("sim_declined_1", null, null).code()).isEqualTo("NOT_CANCELABLE_PAYMENT");
        assertThat(psp.get("/simulator/charges").text()).isEqualTo("[]");
    }

    @Test
    void slowResponseIsDelayedAndItsKeyIsInProgressMeanwhile() throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            long began = System.nanoTime();
            CompletableFuture<PspClient.Reply> first = CompletableFuture.supplyAsync(() -> confirmSlow(psp), clients);
            // The later one of the two finds the key in progress. The test accepts either order.
            CompletableFuture<PspClient.Reply> second = CompletableFuture.supplyAsync(() -> confirmSlow(psp), clients);

            int statuses = first.join().status() + second.join().status();
            Duration took = Duration.ofNanos(System.nanoTime() - began);

            assertThat(statuses).isEqualTo(200 + 409);
            assertThat(took).isGreaterThanOrEqualTo(DELAYS.slowness());
        }
        assertThat(confirmSlow(psp).status()).isEqualTo(200);
        assertThat(psp.get("/simulator/charges").json()).hasSize(1);
    }

    @Test
    void timeoutBeforeChargeDoesNotChargeAndTheRepetitionIsNormal() throws Exception {
        String key = "sim_timeout_before_charge_1";
        assertThatThrownBy(() -> impatient.confirm(key, "order-1001", "1000", "confirm:1"))
                .isInstanceOf(HttpTimeoutException.class);

        assertThat(psp.get("/v1/payments/" + key).status()).isEqualTo(404);
        assertThat(psp.get("/v1/payments/orders/order-1001").status()).isEqualTo(404);
        assertThat(psp.get("/simulator/charges").text()).isEqualTo("[]");
        assertThat(psp.confirm(key, "order-1001", "1000", "confirm:1").status()).isEqualTo(200);
        assertThat(psp.get("/simulator/charges").json()).hasSize(1);
    }

    @Test
    void heldConnectionIsClosedAfterTheHold() {
        assertThatThrownBy(() -> psp.confirm("sim_timeout_before_charge_1", "order-1001", "1000", null))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpTimeoutException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"timeout_after_charge", "error_after_charge", "reset_after_charge", "garbage", "wrong_amount"})
    void chargeWithAFaultyResponseIsRecordedAndItsKeyRepeatsTheCorrectResponse(String behaviour) throws Exception {
        String key = "sim_" + behaviour + "_1";
        PspClient client = clientFor(behaviour);
        assertFaulty(behaviour, () -> client.confirm(key, "order-1001", "12.30", "confirm:1"), "totalAmount", "12.30");

        PspClient.Reply replayed = psp.confirm(key, "order-1001", "12.30", "confirm:1");
        assertThat(replayed.status()).isEqualTo(200);
        assertThat(replayed.text()).contains("\"totalAmount\":12.30,", "\"status\":\"DONE\"");
        assertThat(psp.get("/v1/payments/" + key).json()).isEqualTo(replayed.json());
        assertThat(psp.get("/v1/payments/orders/order-1001").json()).isEqualTo(replayed.json());
        assertThat(psp.get("/simulator/charges").json()).hasSize(1);
        assertThat(psp.get("/simulator/charges").json().get(0).path("amount").longValue())
                .isEqualTo(1230);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"timeout_after_charge", "error_after_charge", "reset_after_charge", "garbage", "wrong_amount"})
    void firstCancelIsRecordedBeforeItsFaultyResponse(String behaviour) throws Exception {
        String key = "sim_refund_" + behaviour + "_1";
        assertThat(psp.confirm(key, "order-1001", "1000", "confirm:1").status()).isEqualTo(200);
        PspClient client = clientFor(behaviour);
        assertFaulty(behaviour, () -> client.cancel(key, "400", "refund:1"), "cancels/0/cancelAmount", "400");

        assertThat(psp.cancel(key, "400", "refund:1")
                        .json()
                        .path("balanceAmount")
                        .longValue())
                .isEqualTo(600);
        assertThat(psp.cancel(key, "100", "refund:2").json().path("cancels")).hasSize(2);
        assertThat(psp.get("/simulator/charges").json().get(0).path("cancelled").longValue())
                .isEqualTo(500);
    }

    @Test
    void firstCancelIsLostBeforeItIsRecorded() throws Exception {
        String key = "sim_refund_timeout_before_charge_1";
        psp.confirm(key, "order-1001", "1000", null);
        // Rejected in any case, so not yet the first one.
        assertThat(psp.cancel(key, "1001", null).code()).isEqualTo("NOT_CANCELABLE_AMOUNT");

        assertThatThrownBy(() -> impatient.cancel(key, "400", "refund:1")).isInstanceOf(HttpTimeoutException.class);
        assertThat(psp.get("/v1/payments/" + key).json().path("cancels").isNull())
                .isTrue();
        assertThat(psp.cancel(key, "400", "refund:1").status()).isEqualTo(200);
        assertThat(psp.get("/simulator/charges").json().get(0).path("cancelled").longValue())
                .isEqualTo(400);
    }

    @Test
    void firstCancelIsDeclinedAndTheNextOneSucceeds() throws Exception {
        psp.confirm("sim_refund_declined_1", "order-1001", "1000", null);

        assertThat(psp.cancel("sim_refund_declined_1", "400", "refund:1").code())
                .isEqualTo("NOT_CANCELABLE_PAYMENT");
        assertThat(psp.cancel("sim_refund_declined_1", "400", "refund:1").code())
                .isEqualTo("NOT_CANCELABLE_PAYMENT");
        assertThat(psp.cancel("sim_refund_declined_1", "400", "refund:2").status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void paymentKeyNamesItsBehaviour(Behaviour behaviour) {
        String label = behaviour.label();
        assertThat(Behaviour.namedBy("sim_" + label + "_x", Operation.CONFIRM)).isEqualTo(behaviour);
        assertThat(Behaviour.namedBy("sim_" + label, Operation.CONFIRM)).isEqualTo(behaviour);
        assertThat(Behaviour.namedBy("sim_refund_" + label + "_x", Operation.CANCEL))
                .isEqualTo(behaviour);
        assertThat(Behaviour.namedBy("sim_refund_" + label + "_x", Operation.CONFIRM))
                .isNull();
        assertThat(Behaviour.namedBy("sim_" + label + "_x", Operation.CANCEL)).isNull();
        assertThat(Behaviour.namedBy("sim_" + label + "x", Operation.CONFIRM)).isNull();
        assertThat(Behaviour.namedBy("other_" + label + "_x", Operation.CONFIRM))
                .isNull();
    }

    @Test
    void slowChargeIsMadeAfterTheClientHasDisconnected() throws Exception {
        assertThatThrownBy(() -> confirmSlowWith(impatient)).isInstanceOf(HttpTimeoutException.class);
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () -> assertThat(psp.get("/simulator/charges").json()).hasSize(1));
        assertThat(confirmSlow(psp).status()).isEqualTo(200);
    }

    /** A client that gives up only where no response comes. */
    private PspClient clientFor(String behaviour) {
        return behaviour.startsWith("timeout_") ? impatient : psp;
    }

    private interface Call {
        PspClient.Reply make() throws Exception;
    }

    private static void assertFaulty(String behaviour, Call call, String field, String correct) throws Exception {
        switch (behaviour) {
            case "timeout_after_charge" -> assertThatThrownBy(call::make).isInstanceOf(HttpTimeoutException.class);
            case "reset_after_charge" ->
                assertThatThrownBy(call::make)
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(HttpTimeoutException.class);
            case "error_after_charge" -> {
                PspClient.Reply reply = call.make();
                assertThat(reply.status()).isEqualTo(500);
                assertThat(reply.code()).isEqualTo("FAILED_INTERNAL_SYSTEM_PROCESSING");
            }
            case "garbage" -> {
                PspClient.Reply reply = call.make();
                assertThat(reply.status()).isEqualTo(200);
                assertThatThrownBy(reply::json).isInstanceOf(JsonProcessingException.class);
            }
            case "wrong_amount" -> {
                PspClient.Reply reply = call.make();
                assertThat(reply.status()).isEqualTo(200);
                JsonNode shown = reply.json().at("/" + field);
                assertThat(shown.isNumber()).isTrue();
                assertThat(shown.asText()).isNotEqualTo(correct);
            }
            default -> throw new IllegalArgumentException(behaviour);
        }
    }

    private static PspClient.Reply confirmSlow(PspClient client) {
        try {
            return confirmSlowWith(client);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static PspClient.Reply confirmSlowWith(PspClient client) throws Exception {
        return client.confirm("sim_slow_1", "order-1001", "1000", "confirm:1");
    }
}
