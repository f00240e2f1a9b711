package dev.jangbu.proving.audit;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Collects the violations of one invariant: counts all of them and keeps the first. Data that must not exist is
 * always a violation. Missing data is one only if no stage that could still produce it has pending work.
 */
public final class Violations {

    private static final int MAX_KEPT = 20;
    private static final int MAX_LENGTH = 3_000;

    private final List<String> first = new ArrayList<>();
    private final List<String> unchecked = new ArrayList<>();
    private final Set<PipelineStage> busy;
    private long count;

    /** For a stack in which no stage has pending work. */
    public Violations() {
        this(EnumSet.noneOf(PipelineStage.class));
    }

    /** @param busy the stages with pending work */
    Violations(Set<PipelineStage> busy) {
        this.busy = busy;
    }

    /** Reports a violation. */
    public void add(String evidence, Object... arguments) {
        count++;
        if (first.size() < MAX_KEPT) {
            String text = evidence.formatted(arguments);
            first.add(text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…");
        }
    }

    /**
     * Reports missing data.
     *
     * @param producers the stages that could still produce it
     */
    void addMissing(Set<PipelineStage> producers, String evidence, Object... arguments) {
        if (producers.stream().noneMatch(busy::contains)) {
            add(evidence, arguments);
        }
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
