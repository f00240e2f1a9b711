package dev.jangbu.proving.audit;

import java.util.ArrayList;
import java.util.List;

/** Collects breaches of one invariant: counts them all, keeps the first. */
public final class Breaches {

    private static final int KEPT = 20;
    private static final int LONGEST = 3_000;

    private final List<String> first = new ArrayList<>();
    private long count;

    /** Reports a breach. */
    public void add(String evidence, Object... arguments) {
        count++;
        if (first.size() < KEPT) {
            String text = evidence.formatted(arguments);
            first.add(text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…");
        }
    }

    public long count() {
        return count;
    }

    /** The evidence of the first breaches. */
    public List<String> first() {
        return List.copyOf(first);
    }
}
