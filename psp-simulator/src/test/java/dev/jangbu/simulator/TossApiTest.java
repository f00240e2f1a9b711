package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TossApiTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T20:30:15.250Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    private PspSimulator simulator;
    private PspClient psp;

    @BeforeEach
    void start() throws Exception {
        simulator = PspSimulator.start(0, PspClient.SECRET, folder, CLOCK, PspSimulator.Delays.DEFAULT);
        psp = new PspClient(simulator.port());
    }

    @AfterEach
    void stop() throws Exception {
        simulator.close();
    }

    @Test
    void listensBeyondLoopbackOnlyIfConfigured(@TempDir Path another) throws Exception {
        InetSocketAddress anywhere = new InetSocketAddress("0.0.0.0", 0);
        try (PspSimulator open =
                PspSimulator.start(anywhere, PspClient.SECRET, another, CLOCK, PspSimulator.Delays.DEFAULT)) {
            assertThat(accepts("127.0.0.2", open.port())).isTrue();
        }
        assertThat(accepts("127.0.0.1", simulator.port())).isTrue();
        assertThat(accepts("127.0.0.2", simulator.port())).isFalse();
    }

    private static boolean accepts(String host, int port) throws IOException {
        try (Socket socket = new Socket(host, port)) {
            return socket.isConnected();
        } catch (ConnectException e) {
            return false;
        }
    }

    @Test
    void confirmedPaymentHasTossShapeAndCanBeQueriedByKeyAndByOrder() throws Exception {
        PspClient.Reply confirmed = psp.confirm("pay-1", "order-1001", "20000", "confirm:1");

        assertThat(confirmed.status()).isEqualTo(200);
        JsonNode payment = confirmed.json();
        assertThat(payment.path("version").asText()).isEqualTo("2022-11-16");
        assertThat(payment.path("status").asText()).isEqualTo("DONE");
        assertThat(payment.path("currency").asText()).isEqualTo("KRW");
        assertThat(confirmed.text()).contains("\"totalAmount\":20000,", "\"balanceAmount\":20000,", "\"vat\":1818,");
        assertThat(payment.path("approvedAt").asText()).isEqualTo("2026-11-23T05:30:15+09:00");
        assertThat(payment.path("lastTransactionKey").asText()).matches("[0-9A-F]{32}");
        assertThat(payment.path("requestedAt").asText()).endsWith("+09:00");
        assertThat(payment.path("method").asText()).isEqualTo("카드");
        assertThat(payment.path("cancels").isNull()).isTrue();
        assertThat(psp.get("/v1/payments/pay-1").json()).isEqualTo(payment);
        assertThat(psp.get("/v1/payments/orders/order-1001").json()).isEqualTo(payment);
    }

    @Test
    void dollarAmountsKeepTheirDecimals() throws Exception {
        assertThat(psp.confirm("pay-usd", "order-usd-1", "12.00", null).text())
                .contains("\"currency\":\"USD\"", "\"totalAmount\":12.00,", "\"balanceAmount\":12.00,");
        assertThat(psp.cancel("pay-usd", "0.10", null).text())
                .contains("\"balanceAmount\":11.90,", "\"cancelAmount\":0.10,");
        assertThat(psp.cancel("pay-usd", "1", null).text()).contains("\"balanceAmount\":10.90,");

        JsonNode charge = psp.get("/simulator/charges").json().get(0);
        assertThat(charge.path("amount").longValue()).isEqualTo(1200);
        assertThat(charge.path("cancelled").longValue()).isEqualTo(110);
        assertThat(charge.path("currency").asText()).isEqualTo("USD");
    }

    @ParameterizedTest
    @CsvSource({
        "JPY, 1234, 1234",
        "UGX, 1234, 1234",
        "HUF, 12.34, 1234",
        "KWD, 1.234, 1234",
        "CLF, 0.1234, 1234",
        "XAD, 12.34, 1234"
    })
    void namedCurrenciesAreChargedAsThemselvesWithTheirDigits(String currency, String amount, long minor)
            throws Exception {
        assertThat(psp.confirmIn(currency, "pay-1", amount).text())
                .contains("\"currency\":\"" + currency + "\"", "\"totalAmount\":" + amount + ",");

        JsonNode charge = psp.get("/simulator/charges").json().get(0);
        assertThat(charge.path("amount").longValue()).isEqualTo(minor);
        assertThat(charge.path("currency").asText()).isEqualTo(currency);
        assertThat(psp.get("/simulator/settlement.csv").text()).contains("," + currency + ",1234,");
    }

    @ParameterizedTest
    @CsvSource({"JPY, 12.34", "KWD, 1.2345", "DEM, 12.34", "XAU, 1", "jpy, 1", "'', 1"})
    void unknownCurrenciesAndTooManyDecimalsAreRejected(String currency, String amount) throws Exception {
        assertThat(psp.confirmIn(currency, "pay-1", amount).code()).isEqualTo("INVALID_REQUEST");
        assertThat(psp.get("/simulator/charges").text()).isEqualTo("[]");
    }

    @Test
    void amountsBeyondDoublePrecisionAreExact() throws Exception {
        psp.confirm("pay-big", "order-big-1", "90071992547409931.17", null);
        assertThat(psp.get("/v1/payments/pay-big").text()).contains("\"totalAmount\":90071992547409931.17,");
        psp.confirm("pay-max", "order-max-1", "9223372036854775807", null);
        assertThat(psp.get("/v1/payments/pay-max").text()).contains("\"totalAmount\":9223372036854775807,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-5", "12.345", "1E3", "1E+999999999", "\"100\"", "null", "9223372036854775808", "1.2e-400"
            })
    void invalidAmountIsRejectedAndChargesNothing(String amount) throws Exception {
        PspClient.Reply reply = psp.confirm("pay-bad", "order-bad-1", amount, "confirm:bad");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("INVALID_REQUEST");
        assertThat(psp.get("/simulator/charges").text()).isEqualTo("[]");
    }

    @Test
    void wrongSecretIsRejectedAndChargesNothing() throws Exception {
        String body = "{\"paymentKey\":\"pay-1\",\"orderId\":\"order-1001\",\"amount\":100}";
        PspClient.Reply reply = psp.call("POST", "/v1/payments/confirm", body, null, "another");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.code()).isEqualTo("UNAUTHORIZED_KEY");
        assertThat(psp.get("/simulator/charges").text()).isEqualTo("[]");
    }

    @Test
    void unknownPaymentIsNotFound() throws Exception {
        assertThat(psp.get("/v1/payments/nothing").code()).isEqualTo("NOT_FOUND_PAYMENT");
        assertThat(psp.get("/v1/payments/orders/nothing-1").status()).isEqualTo(404);
        assertThat(psp.cancel("nothing", null, null).code()).isEqualTo("NOT_FOUND_PAYMENT");
    }

    @Test
    void malformedBodiesAndUnknownPathsAreRejected() throws Exception {
        assertThat(psp.call("POST", "/v1/payments/confirm", "{\"amount\":", null, PspClient.SECRET)
                        .code())
                .isEqualTo("INVALID_REQUEST");
        assertThat(psp.call("GET", "/v1/payments/confirm", null, null, PspClient.SECRET)
                        .status())
                .isEqualTo(405);
        assertThat(psp.get("/v2/payments").status()).isEqualTo(404);
        assertThat(psp.call("POST", "/v1/payments/confirm", "x".repeat(70_000), null, PspClient.SECRET)
                        .status())
                .isEqualTo(413);
        assertThat(psp.get("/simulator/health").status()).isEqualTo(200);
    }

    @Test
    void paymentIsConfirmedOnceUnlessTheKeyIsRepeated() throws Exception {
        String first = psp.confirm("pay-1", "order-1001", "500", "confirm:1").text();

        assertThat(psp.confirm("pay-1", "order-1001", "500", "confirm:1").text())
                .isEqualTo(first);
        PspClient.Reply another = psp.confirm("pay-1", "order-1001", "500", "confirm:2");
        assertThat(another.status()).isEqualTo(400);
        assertThat(another.code()).isEqualTo("ALREADY_PROCESSED_PAYMENT");
        assertThat(psp.get("/simulator/charges").json()).hasSize(1);
    }

    @Test
    void partialCancelsNeverExceedTheBalance() throws Exception {
        psp.confirm("pay-1", "order-1001", "1000", null);

        JsonNode part = psp.cancel("pay-1", "300", "refund:1").json();
        assertThat(part.path("status").asText()).isEqualTo("PARTIAL_CANCELED");
        assertThat(part.path("balanceAmount").longValue()).isEqualTo(700);
        PspClient.Reply tooMuch = psp.cancel("pay-1", "701", "refund:2");
        assertThat(tooMuch.status()).isEqualTo(403);
        assertThat(tooMuch.code()).isEqualTo("NOT_CANCELABLE_AMOUNT");
        assertThat(psp.cancel("pay-1", "1.50", null).code()).isEqualTo("INVALID_REQUEST");
        JsonNode rest = psp.cancel("pay-1", null, "refund:3").json();
        assertThat(rest.path("status").asText()).isEqualTo("CANCELED");
        assertThat(rest.path("balanceAmount").longValue()).isZero();
        assertThat(rest.path("cancels")).hasSize(2);
        assertThat(rest.path("cancels").get(0).path("transactionKey").asText())
                .matches("[0-9A-F]{32}")
                .isNotEqualTo(rest.path("cancels").get(1).path("transactionKey").asText());
        assertThat(rest.path("cancels").get(1).path("cancelStatus").asText()).isEqualTo("DONE");
        assertThat(rest.path("lastTransactionKey"))
                .isEqualTo(rest.path("cancels").get(1).path("transactionKey"));
        assertThat(psp.cancel("pay-1", "1", null).code()).isEqualTo("ALREADY_CANCELED_PAYMENT");
        // A repeated key gets the response of its first call: one cancel, and the rejection.
        assertThat(psp.cancel("pay-1", "300", "refund:1").json()).isEqualTo(part);
        assertThat(part.path("lastTransactionKey"))
                .isEqualTo(part.path("cancels").get(0).path("transactionKey"));
        assertThat(psp.cancel("pay-1", "701", "refund:2").code()).isEqualTo("NOT_CANCELABLE_AMOUNT");
    }

    @Test
    void idempotencyKeyHasALengthLimitAndIsScopedToItsAddress() throws Exception {
        assertThat(psp.confirm("pay-1", "order-1001", "1000", "k".repeat(301)).code())
                .isEqualTo("INVALID_IDEMPOTENCY_KEY");
        String longest = "k".repeat(300);
        assertThat(psp.confirm("pay-1", "order-1001", "1000", longest).status()).isEqualTo(200);
        assertThat(psp.cancel("pay-1", "400", longest)
                        .json()
                        .path("balanceAmount")
                        .longValue())
                .isEqualTo(600);
    }

    @Test
    void concurrentConfirmsOfOnePaymentChargeOnce() throws Exception {
        List<Future<PspClient.Reply>> replies = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                String key = "confirm:" + i % 4;
                replies.add(clients.submit(() -> psp.confirm("pay-1", "order-1001", "1000", key)));
            }
        }
        int charged = 0;
        for (Future<PspClient.Reply> reply : replies) {
            if (reply.get().status() == 200) {
                charged++;
            } else {
                assertThat(reply.get().code()).isIn("ALREADY_PROCESSED_PAYMENT", "IDEMPOTENT_REQUEST_PROCESSING");
            }
        }
        // One call charged; at most nine repetitions of its key got its response.
        assertThat(charged).isBetween(1, 10);
        assertThat(psp.get("/simulator/charges").json()).hasSize(1);
    }

    @Test
    void chargesAreListedInOrderPageByPage() throws Exception {
        for (int i = 0; i < 7; i++) {
            psp.confirm("pay-" + i, "order-100" + i, "100" + i, null);
        }
        psp.confirm("sim_declined_1", "order-declined", "5", null);
        psp.cancel("pay-6", null, null);

        List<String> seen = new ArrayList<>();
        String after = "";
        for (JsonNode page = charges(after); !page.isEmpty(); page = charges(after)) {
            assertThat(page.size()).isLessThanOrEqualTo(3);
            for (JsonNode charge : page) {
                seen.add(charge.path("paymentKey").asText());
            }
            after = seen.getLast();
        }

        assertThat(seen).containsExactly("pay-0", "pay-1", "pay-2", "pay-3", "pay-4", "pay-5", "pay-6");
        assertThat(psp.get("/simulator/charges?after=pay-5").text())
                .isEqualTo("[{\"paymentKey\":\"pay-6\",\"orderId\":\"order-1006\",\"amount\":1006,\"currency\":\"KRW\","
                        + "\"cancelled\":1006,\"status\":\"CANCELED\"}]");
        assertThat(psp.get("/simulator/charges?limit=1001").status()).isEqualTo(400);
        assertThat(psp.get("/simulator/charges?limit=0").status()).isEqualTo(400);
        assertThat(psp.get("/simulator/charges?after=nothing").status()).isEqualTo(400);
    }

    private JsonNode charges(String after) throws Exception {
        return psp.get("/simulator/charges?limit=3&after=" + after).json();
    }
}
