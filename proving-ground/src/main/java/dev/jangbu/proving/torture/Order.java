package dev.jangbu.proving.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** What one customer buys, and how the confirmation is asked for; wholly decided by the seed and the order's number. */
record Order(String orderId, String paymentKey, String currency, List<Line> lines, Way way) {

    private static final int SELLERS = 12;
    private static final int MOST_LINES = 4;
    private static final long HIGHEST_AMOUNT = 100_000;

    /** @param lineId as the API numbers them: 1, 2, 3 and so on */
    record Line(String lineId, String sellerId, long amount, long fee) {}

    /** How a confirmation is asked for. */
    enum Way {
        /** Waits for the PSP. */
        AT_ONCE,
        /** Waits for the settlement too. */
        UNTIL_COMPLETED,
        /** Does not wait at all. */
        ASYNC,
        /** Never asks. */
        NEVER
    }

    static Order of(String run, int number, RandomGenerator random) {
        List<Line> lines = new ArrayList<>();
        int count = 1 + random.nextInt(MOST_LINES);
        for (int i = 1; i <= count; i++) {
            long amount = 1 + random.nextLong(HIGHEST_AMOUNT);
            long fee = random.nextInt(3) == 0 ? 0 : random.nextLong(amount + 1);
            lines.add(new Line(Integer.toString(i), seller(run, random), amount, fee));
        }
        int draw = random.nextInt(100);
        Way way = draw < 55 ? Way.AT_ONCE : draw < 70 ? Way.UNTIL_COMPLETED : draw < 96 ? Way.ASYNC : Way.NEVER;
        return new Order(
                run + "-" + number,
                "rc_" + run + "_" + number,
                random.nextInt(5) == 0 ? "USD" : "KRW",
                List.copyOf(lines),
                way);
    }

    static String seller(String run, RandomGenerator random) {
        return run + "-s" + random.nextInt(SELLERS);
    }

    long amount() {
        return lines.stream().mapToLong(Line::amount).sum();
    }

    Line line(String lineId) {
        return lines.get(Integer.parseInt(lineId) - 1);
    }

    String body() {
        return "{\"orderId\":\"%s\",\"currency\":\"%s\",\"lines\":[%s],\"metadata\":{\"cart\":\"77\"}}"
                .formatted(
                        orderId,
                        currency,
                        lines.stream()
                                .map(line -> "{\"sellerId\":\"%s\",\"amount\":%d,\"fee\":%d}"
                                        .formatted(line.sellerId(), line.amount(), line.fee()))
                                .collect(Collectors.joining(",")));
    }

    String confirmation(long amount) {
        return "{\"paymentKey\":\"%s\",\"amount\":%d}".formatted(paymentKey, amount);
    }
}
