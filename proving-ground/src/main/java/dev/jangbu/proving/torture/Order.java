package dev.jangbu.proving.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** An order and the mode of its confirmation, determined by the seed and the order's number. */
record Order(String orderId, String paymentKey, String currency, List<Line> lines, ConfirmMode mode) {

    private static final int SELLERS = 12;
    private static final int MAX_LINES = 4;
    private static final long MAX_AMOUNT = 100_000;

    /**
     * @param lineId assigned by the API: 1, 2, 3 and so on
     * @param amountMinor minor units
     * @param feeMinor minor units
     */
    record Line(String lineId, String sellerId, long amountMinor, long feeMinor) {}

    /** Modes of a confirmation. */
    enum ConfirmMode {
        /** Waits for the PSP. */
        SYNC,
        /** Waits for the settlement as well. */
        UNTIL_COMPLETED,
        /** Does not wait. */
        ASYNC,
        /** No confirmation. */
        NEVER
    }

    static Order of(String run, int number, RandomGenerator random) {
        List<Line> lines = new ArrayList<>();
        int count = 1 + random.nextInt(MAX_LINES);
        for (int i = 1; i <= count; i++) {
            long amountMinor = 1 + random.nextLong(MAX_AMOUNT);
            long feeMinor = random.nextInt(3) == 0 ? 0 : random.nextLong(amountMinor + 1);
            lines.add(new Line(Integer.toString(i), seller(run, random), amountMinor, feeMinor));
        }
        int draw = random.nextInt(100);
        ConfirmMode mode = draw < 55
                ? ConfirmMode.SYNC
                : draw < 70 ? ConfirmMode.UNTIL_COMPLETED : draw < 96 ? ConfirmMode.ASYNC : ConfirmMode.NEVER;
        return new Order(
                run + "-" + number,
                "rc_" + run + "_" + number,
                random.nextInt(5) == 0 ? "USD" : "KRW",
                List.copyOf(lines),
                mode);
    }

    static String seller(String run, RandomGenerator random) {
        return run + "-s" + random.nextInt(SELLERS);
    }

    long amountMinor() {
        return lines.stream().mapToLong(Line::amountMinor).sum();
    }

    String body() {
        return "{\"orderId\":\"%s\",\"currency\":\"%s\",\"lines\":[%s],\"metadata\":{\"cart\":\"77\"}}"
                .formatted(
                        orderId,
                        currency,
                        lines.stream()
                                .map(line -> "{\"sellerId\":\"%s\",\"amount\":%d,\"fee\":%d}"
                                        .formatted(line.sellerId(), line.amountMinor(), line.feeMinor()))
                                .collect(Collectors.joining(",")));
    }

    String confirmation(long amountMinor) {
        return "{\"paymentKey\":\"%s\",\"amount\":%d}".formatted(paymentKey, amountMinor);
    }
}
