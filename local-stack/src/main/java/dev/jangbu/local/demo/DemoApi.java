package dev.jangbu.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A client of the public API: creates a payment, confirms it, and waits for its completion. Thread-safe. */
final class DemoApi {

    private static final Duration TIMEOUT = Duration.ofSeconds(40);
    private static final int WAIT_SECONDS = 30;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ObjectMapper json = new ObjectMapper();
    private final String api;
    private final String apiKey;

    /** @param api the base URL, with {@code /v1} */
    DemoApi(String api, String apiKey) {
        this.api = api;
        this.apiKey = apiKey;
    }

    /** Makes a payment. A failure is an outcome, not an exception. */
    DemoOutcome pay(DemoOrders.Order order) {
        try {
            HttpResponse<String> created =
                    post("/payments", "create-" + order.orderId(), order.body().toString());
            if (created.statusCode() != 201) {
                return failed("create", created);
            }
            return confirm(order, json.readTree(created.body()).path("id").asText());
        } catch (IOException e) {
            return new DemoOutcome.Failed(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new DemoOutcome.Open("unknown: the demo was stopped");
        }
    }

    private DemoOutcome confirm(DemoOrders.Order order, String id) throws IOException, InterruptedException {
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("paymentKey", order.paymentKey())
                .put("amount", order.amount())
                .toString();
        long begin = System.nanoTime();
        HttpResponse<String> response = post("/payments/" + id + "/confirm", "confirm-" + order.orderId(), body);
        Duration approved = Duration.ofNanos(System.nanoTime() - begin);
        return switch (response.statusCode()) {
            // 202: the PSP's answer is pending.
            case 200, 202 -> awaitFinal(id, approved, begin);
            case 402 ->
                new DemoOutcome.Declined(
                        json.readTree(response.body()).path("pspCode").asText());
            default -> failed("confirm", response);
        };
    }

    private DemoOutcome awaitFinal(String id, Duration approved, long begin) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                request("/payments/" + id)
                        .header("Prefer", "wait=" + WAIT_SECONDS)
                        .build(),
                BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            return failed("read", response);
        }
        JsonNode payment = json.readTree(response.body());
        String status = payment.path("status").asText();
        return switch (status) {
            case "COMPLETED" -> new DemoOutcome.Completed(approved, Duration.ofNanos(System.nanoTime() - begin));
            case "DECLINED" -> new DemoOutcome.Declined("later");
            default -> new DemoOutcome.Open(status);
        };
    }

    private HttpResponse<String> post(String path, String idempotencyKey, String body)
            throws IOException, InterruptedException {
        return http.send(
                request(path)
                        .header("Idempotency-Key", idempotencyKey)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(api + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + apiKey);
    }

    private static DemoOutcome failed(String call, HttpResponse<String> response) {
        return new DemoOutcome.Failed(call + " returned " + response.statusCode() + " " + response.body());
    }
}
