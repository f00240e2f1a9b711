package dev.jangbu.proving.audit;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Collects breaches of one invariant: counts them all, keeps the first. What is lacking is a breach only if nobody who might still
 * bring it has anything left to do; what is there and must not be is one at any time.
 */
public final class Violations {

    private static final int KEPT = 20;
    private static final int LONGEST = 3_000;

    private final List<String> first = new ArrayList<>();
    private final Set<Stage> underway;
    private long count;

    /** Nothing is on its way any more. */
    public Violations() {
        this(EnumSet.noneOf(Stage.class));
    }

    /** @param underway the stages that have something left to do */
    Violations(Set<Stage> underway) {
        this.underway = underway;
    }

    /** Reports a breach. */
    public void add(String evidence, Object... arguments) {
        count++;
        if (first.size() < KEPT) {
            String text = evidence.formatted(arguments);
            first.add(text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…");
        }
    }

    /**
     * Reports that something is lacking.
     *
     * @param bringers the stages that it may be held up in
     */
    void lacking(Set<Stage> bringers, String evidence, Object... arguments) {
        if (bringers.stream().noneMatch(underway::contains)) {
            add(evidence, arguments);
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
