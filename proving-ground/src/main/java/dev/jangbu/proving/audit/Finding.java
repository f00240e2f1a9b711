package dev.jangbu.proving.audit;

import java.time.Duration;
import java.util.List;

/**
 * What came of checking one invariant.
 *
 * @param number its number in {@code docs/audit.md}
 * @param name the class that checks it
 * @param breaches how often it is broken
 * @param evidence what proves the first of the breaches
 * @param looked how many rows, records, charges and answers were looked at: where it is 0, nothing was proved
 */
public record Finding(
        int number, String name, String statement, long breaches, List<String> evidence, long looked, Duration took) {

    public boolean holds() {
        return breaches == 0;
    }
}
