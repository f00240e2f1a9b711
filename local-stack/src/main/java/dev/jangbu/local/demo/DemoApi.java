package dev.jangbu.local.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import java.io.IOException;
import java.time.Duration;

/**
 * Makes payments: creates a payment, confirms it, and waits for its completion. Thread-safe.
 *
 * @param api the public API
 */
record DemoApi(HttpApi api) {

    /** Makes a payment. A failure is an outcome, not an exception. */
    DemoOutcome pay(DemoOrders.Order order) {
        try {
            Response created = api.post(
                    "/payments", "create-" + order.orderId(), order.body().toString());
            return created.status() == 201 ? confirm(order, created.text("id")) : failed("create", created);
        } catch (IOException e) {
            return Thread.currentThread().isInterrupted()
                    ? new DemoOutcome.Open("unknown: the demo was stopped")
                    : new DemoOutcome.Failed(e.toString());
        }
    }

    private DemoOutcome confirm(DemoOrders.Order order, String id) throws IOException {
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("paymentKey", order.paymentKey())
                .put("amount", order.amount())
                .toString();
        long begin = System.nanoTime();
        Response response = api.post("/payments/" + id + "/confirm", "confirm-" + order.orderId(), body);
        Duration approved = Duration.ofNanos(System.nanoTime() - begin);
        return switch (response.status()) {
            // 202: the PSP's answer is pending.
            case 200, 202 -> awaitFinal(id, approved, begin);
            case 402 -> new DemoOutcome.Declined(response.text("pspCode"));
            default -> failed("confirm", response);
        };
    }

    private DemoOutcome awaitFinal(String id, Duration approved, long begin) throws IOException {
        Response payment = api.get("/payments/" + id, "Prefer", "wait=30");
        if (payment.status() != 200) {
            return failed("read", payment);
        }
        String status = payment.text("status");
        return switch (status) {
            case "COMPLETED" -> new DemoOutcome.Completed(approved, Duration.ofNanos(System.nanoTime() - begin));
            case "DECLINED" -> new DemoOutcome.Declined("later");
            default -> new DemoOutcome.Open(status);
        };
    }

    private static DemoOutcome failed(String call, Response response) {
        return new DemoOutcome.Failed(call + " returned " + response.status() + " " + response.body());
    }
}
