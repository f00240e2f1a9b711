package dev.jangbu.benchmarks;

import java.util.List;

/**
 * One contender's round.
 *
 * @param value what is compared, in the cell's unit
 * @param payments how many payments it is drawn from
 * @param refusals why it doesn't count; empty if it does
 */
record Sample(
        String cell, String contender, int round, double value, long payments, Usage usage, List<String> refusals) {

    boolean counts() {
        return refusals.isEmpty();
    }
}
