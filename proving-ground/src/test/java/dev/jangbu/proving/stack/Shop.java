package dev.jangbu.proving.stack;

import static org.awaitility.Awaitility.await;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;

/** A marketplace that creates and confirms payments. Amounts are in minor units. */
public final class Shop {

    /** For failures: a payment settles in a fraction of it, also on a slow machine. */
    public static final Duration SETTLE_LIMIT = Duration.ofMinutes(5);

    private final HttpApi api;

    public Shop(HttpApi api) {
        this.api = api;
    }

    /** The body of a payment's creation. */
    public static String order(String orderId, String... lines) {
        return "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[%s]}".formatted(orderId, String.join(",", lines));
    }

    public static String line(String sellerId, long amountMinor, long feeMinor) {
        return "{\"sellerId\":\"%s\",\"amount\":%d,\"fee\":%d}".formatted(sellerId, amountMinor, feeMinor);
    }

    public static String confirmation(String paymentKey, long amountMinor) {
        return "{\"paymentKey\":\"%s\",\"amount\":%d}".formatted(paymentKey, amountMinor);
    }

    public static String newOrderId() {
        return "order-" + UUID.randomUUID();
    }

    /** Creates a payment and returns its id. */
    public String create(String body) throws IOException {
        Response created = api.post("/payments", UUID.randomUUID().toString(), body);
        if (created.status() != 201) {
            throw new IllegalStateException("not created: " + created);
        }
        return created.text("id");
    }

    /** Creates a payment of one seller and returns its id. */
    public String create(String sellerId, long amountMinor) throws IOException {
        return create(order(newOrderId(), line(sellerId, amountMinor, amountMinor / 20)));
    }

    /** Creates a payment of one seller as soon as the API accepts one, and returns its id. */
    public String awaitCreated(String sellerId, long amountMinor) {
        return await("a payment is created")
                .atMost(SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> create(sellerId, amountMinor), id -> !id.isEmpty());
    }

    public Response confirm(String id, String idempotencyKey, String paymentKey, long amountMinor, String... headers)
            throws IOException {
        return api.post("/payments/" + id + "/confirm", idempotencyKey, confirmation(paymentKey, amountMinor), headers);
    }

    /** Waits until a payment has a status, also while the API does not respond. */
    public Response awaitStatus(String paymentId, String status) {
        return awaitStatusOf("/payments/" + paymentId, status);
    }

    /** Waits until a payment, refund or payout has a status, also while the API does not respond. */
    public Response awaitStatusOf(String path, String status) {
        return await(path + " is " + status)
                .atMost(SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> api.get(path), resource -> resource.text("status").equals(status));
    }
}
