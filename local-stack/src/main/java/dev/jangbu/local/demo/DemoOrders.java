package dev.jangbu.local.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Creates random orders of a marketplace: one to three sellers, round prices, a platform fee of 3 to 10 %. */
final class DemoOrders {

    private static final int DECLINED_PERCENT = 2;
    private static final int MAX_LINES = 3;

    private final RandomGenerator random = RandomGenerator.getDefault();
    private final int sellers;

    DemoOrders(int sellers) {
        this.sellers = sellers;
    }

    /**
     * @param paymentKey selects the behaviour of the PSP simulator
     * @param body the request body of {@code POST /payments}
     */
    record Order(String orderId, String paymentKey, long amount, int lines, ObjectNode body) {}

    Order next() {
        String id = UUID.randomUUID().toString().substring(0, 13);
        int count = random.nextInt(1, Math.min(MAX_LINES, sellers) + 1);
        int firstSeller = random.nextInt(sellers);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("orderId", "demo-" + id).put("currency", "KRW");
        ArrayNode lines = body.putArray("lines");
        long total = 0;
        for (int line = 0; line < count; line++) {
            long amount = random.nextLong(10, 1_500) * 100;
            total = Math.addExact(total, amount);
            lines.addObject()
                    .put("sellerId", "seller-%03d".formatted((firstSeller + line) % sellers + 1))
                    .put("amount", amount)
                    .put("fee", amount * random.nextLong(3, 11) / 100);
        }
        boolean declined = random.nextInt(100) < DECLINED_PERCENT;
        return new Order("demo-" + id, (declined ? "sim_declined_" : "demo_") + id, total, count, body);
    }
}
