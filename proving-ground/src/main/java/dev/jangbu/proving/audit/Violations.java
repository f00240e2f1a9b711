package dev.jangbu.proving.audit;

import java.util.ArrayList;
import java.util.List;

/** Collects the violations of one invariant: counts all of them and keeps the first. */
public final class Violations {

    static final int MAX_KEPT = 20;
    private static final int MAX_LENGTH = 3_000;

    private final List<String> first = new ArrayList<>();
    private final List<String> unchecked = new ArrayList<>();
    private long count;

    /** Reports a violation. */
    public void add(String evidence, Object... arguments) {
        count++;
        if (first.size() < MAX_KEPT) {
            String text = evidence.formatted(arguments);
            first.add(text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…");
        }
    }

    /** Reports more violations without their evidence. */
    void addCount(long more) {
        count += more;
    }

    /** Reports a part of the invariant that cannot be checked, with the reason. It is no violation. */
    void addUnchecked(String reason, Object... arguments) {
        unchecked.add(reason.formatted(arguments));
    }

    public long count() {
        return count;
    }

    /** The parts of the invariant that were not checked. */
    List<String> unchecked() {
        return List.copyOf(unchecked);
    }

    /** The evidence of the first violations. */
    public List<String> first() {
        return List.copyOf(first);
    }
}
