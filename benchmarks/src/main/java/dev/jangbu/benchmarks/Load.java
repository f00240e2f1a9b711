package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/** The distribution of payments over sellers. */
enum Load {
    /** Uniform: hardly any contention for a row. */
    UNIFORM,
    /** One seller gets every payment, as in a flash sale: one wallet row, one partition. */
    ONE_SELLER,
    /** One seller gets 90 %. */
    NINETY_PERCENT,
    /** The k-th seller gets 1/k of the first one's payments. */
    ZIPF;

    static final int SELLERS = 1_000;

    /** Draws seller numbers, 0 to {@link #SELLERS} - 1. */
    IntSupplier sellers(Random random) {
        return switch (this) {
            case UNIFORM -> () -> random.nextInt(SELLERS);
            case ONE_SELLER -> () -> 0;
            case NINETY_PERCENT -> () -> random.nextInt(10) > 0 ? 0 : 1 + random.nextInt(SELLERS - 1);
            case ZIPF -> zipf(random);
        };
    }

    private static IntSupplier zipf(Random random) {
        double[] cumulated = new double[SELLERS];
        double sum = 0;
        for (int k = 0; k < SELLERS; k++) {
            sum += 1.0 / (k + 1);
            cumulated[k] = sum;
        }
        double total = sum;
        return () -> {
            int found = Arrays.binarySearch(cumulated, random.nextDouble() * total);
            return Math.min(found < 0 ? -found - 1 : found, SELLERS - 1);
        };
    }

    /** For example {@code one-seller}. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Parses a load.
     *
     * @throws CommandException if there is no such load
     */
    static Load of(String text) {
        return Arrays.stream(values())
                .filter(load -> load.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new CommandException("Unknown load '%s'. The loads are %s."
                        .formatted(text, Arrays.stream(values()).map(Load::text).collect(Collectors.joining(", ")))));
    }
}
