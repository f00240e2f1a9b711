package dev.jangbu.proving;

import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.HttpApi.Answer;
import java.io.IOException;
import java.util.UUID;

/** A marketplace that creates and confirms payments. */
public final class Shop {

    private final HttpApi api;

    public Shop(HttpApi api) {
        this.api = api;
    }

    /** The body of a creation with one line of JSON for each seller. */
    public static String order(String orderId, String... lines) {
        return "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[%s]}".formatted(orderId, String.join(",", lines));
    }

    public static String line(String sellerId, long amount, long fee) {
        return "{\"sellerId\":\"%s\",\"amount\":%d,\"fee\":%d}".formatted(sellerId, amount, fee);
    }

    public static String confirmation(String paymentKey, long amount) {
        return "{\"paymentKey\":\"%s\",\"amount\":%d}".formatted(paymentKey, amount);
    }

    public static String newOrderId() {
        return "order-" + UUID.randomUUID();
    }

    /** Creates a payment; its id. */
    public String create(String body) throws IOException {
        Answer created = api.post("/payments", UUID.randomUUID().toString(), body);
        if (created.status() != 201) {
            throw new IllegalStateException("not created: " + created);
        }
        return created.text("id");
    }

    /** Creates a payment of one seller. */
    public String create(String sellerId, long amount) throws IOException {
        return create(order(newOrderId(), line(sellerId, amount, amount / 20)));
    }

    public Answer confirm(String id, String idempotencyKey, String paymentKey, long amount, String... headers)
            throws IOException {
        return api.post("/payments/" + id + "/confirm", idempotencyKey, confirmation(paymentKey, amount), headers);
    }
}
