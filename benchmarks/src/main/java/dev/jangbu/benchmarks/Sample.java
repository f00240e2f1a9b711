package dev.jangbu.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A competitor's result of a round.
 *
 * @param value the compared value, in the cell's unit
 * @param payments the number of measured payments
 * @param errors why the round is rejected; empty if it is accepted
 */
record Sample(
        String cell,
        @JsonProperty("contender") String competitor,
        int round,
        double value,
        long payments,
        Usage usage,
        @JsonProperty("refusals") List<String> errors) {

    boolean accepted() {
        return errors.isEmpty();
    }
}
