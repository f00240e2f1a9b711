package dev.jangbu.proving.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses seeds of the command line: {@code 1-10}, {@code 3,7}, {@code 1-3,-5}. */
final class Seeds {

    private static final Pattern RANGE = Pattern.compile("(-?\\d+)(?:-(-?\\d+))?");
    private static final int MAX = 10_000;

    private Seeds() {}

    /**
     * Parses a list of seeds and ranges.
     *
     * @throws IllegalArgumentException with the reason
     */
    static List<Long> parse(String text) {
        List<Long> seeds = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher range = RANGE.matcher(part.strip());
            if (!range.matches()) {
                throw new IllegalArgumentException("'%s' is not a seed or a range such as 1-10".formatted(part));
            }
            long first = Long.parseLong(range.group(1));
            long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
            if (last < first || last - first >= MAX) {
                throw new IllegalArgumentException(
                        "'%s' must be ascending, with at most %,d seeds".formatted(part, MAX));
            }
            for (long seed = first; seed <= last; seed++) {
                seeds.add(seed);
            }
        }
        return seeds;
    }
}
