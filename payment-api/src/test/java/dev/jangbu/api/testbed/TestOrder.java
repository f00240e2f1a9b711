package dev.jangbu.api.testbed;

import java.util.UUID;

/** One order with unique ids, which contain the order's tag, so that tests that share a database don't interfere. */
public final class TestOrder {

    private final Client client;
    private final String tag;
    private final String paymentKey;

    /** An order whose payment key selects a behaviour of the simulator. */
    public TestOrder(Client client, String behaviour) {
        this.client = client;
        this.tag = UUID.randomUUID().toString().substring(9).replace("-", "");
        this.paymentKey = behaviour + "_" + tag;
    }

    /** An order that is paid without faults. */
    public TestOrder(Client client) {
        this(client, "key");
    }

    /** The text that is part of the order's id, its payment key and its sellers' ids, and of nothing else. */
    public String tag() {
        return tag;
    }

    public String paymentKey() {
        return paymentKey;
    }

    public String orderId() {
        return "order-" + tag;
    }

    public String seller(int number) {
        return "seller-" + number + "-" + tag;
    }

    /** Creates a payment in KRW, with a line for each amount and a fee of a tenth. */
    public Reply create(long... amounts) {
        return client.post("/payments", creation(amounts));
    }

    public String creation(long... amounts) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < amounts.length; i++) {
            lines.append(i == 0 ? "" : ",").append(line(seller(i + 1), amounts[i], amounts[i] / 10));
        }
        return creationOf("KRW", lines.toString());
    }

    /** @param lines JSON objects, separated by commas */
    public String creationOf(String currency, String lines) {
        return """
                {"orderId":"%s","currency":"%s","lines":[%s]}""".formatted(orderId(), currency, lines);
    }

    public static String line(String seller, long amount, long fee) {
        return """
                {"sellerId":"%s","amount":%d,"fee":%d}""".formatted(seller, amount, fee);
    }

    public String confirmation(long amount) {
        return confirmation(paymentKey, amount);
    }

    public static String confirmation(String paymentKey, long amount) {
        return """
                {"paymentKey":"%s","amount":%d}""".formatted(paymentKey, amount);
    }

    public Reply confirm(String payment, long amount, String... headers) {
        return client.post("/payments/" + payment + "/confirm", confirmation(amount), headers);
    }

    public Reply cancel(String payment) {
        return client.post("/payments/" + payment + "/cancel", "{\"reason\":\"changed my mind\"}");
    }

    /** Refunds the rest. */
    public Reply refund(String payment) {
        return client.post("/payments/" + payment + "/refunds", "{\"reason\":\"broken\"}");
    }

    public Reply refund(String payment, String body) {
        return client.post("/payments/" + payment + "/refunds", body);
    }

    public static String refundOf(String lineId, long amount) {
        return """
                {"lines":[{"lineId":"%s","amount":%d}],"reason":"broken"}""".formatted(lineId, amount);
    }

    public Reply read(String payment) {
        return client.get("/payments/" + payment);
    }
}
