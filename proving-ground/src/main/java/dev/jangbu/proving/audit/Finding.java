package dev.jangbu.proving.audit;

import java.time.Duration;
import java.util.List;

/**
 * The result of checking one invariant.
 *
 * @param number its number in {@code docs/audit.md}
 * @param name the simple name of the class that checks it
 * @param violations number of violations
 * @param evidence the first violations, as text
 * @param unchecked the parts that could not be checked, with the reason; empty if all of it was checked
 * @param examined number of rows, records, charges and responses examined; 0 proves nothing
 */
public record Finding(
        int number,
        String name,
        String statement,
        long violations,
        List<String> evidence,
        List<String> unchecked,
        long examined,
        Duration duration) {

    public boolean holds() {
        return violations == 0;
    }
}
