package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.Violations;
import java.util.ArrayList;
import java.util.List;

/** What was checked of a run, each with what it came to; the worst of them is the run's. */
final class Verdicts {

    private final List<String> lines = new ArrayList<>();
    private final List<String> evidence = new ArrayList<>();
    private final AuditReport report;
    private long breaches;

    Verdicts(AuditReport report) {
        this.report = report;
        breaches = report.findings().stream()
                .mapToLong(finding -> finding.breaches())
                .sum();
        switch (report.outcome()) {
            case HOLDS -> lines.add("✓ audit --deep: all invariants hold");
            case BROKEN -> lines.add("✗ audit --deep: invariants are BROKEN");
            case NOT_QUIET ->
                lines.add("? audit: the stack is not quiet, so it was not judged; it waits for " + report.waitingFor());
        }
        report.findings().forEach(finding -> evidence.addAll(finding.evidence()));
    }

    /** Holds, or is broken as often as there are breaches. */
    void add(String statement, Violations found) {
        breaches += found.count();
        lines.add(found.count() == 0 ? "✓ " + statement : "✗ BROKEN %,d times: %s".formatted(found.count(), statement));
        evidence.addAll(found.first());
    }

    void add(String statement, boolean holds) {
        breaches += holds ? 0 : 1;
        lines.add((holds ? "✓ " : "✗ BROKEN: ") + statement);
    }

    /** Whether what can only be judged in the end can be. */
    boolean isQuiet() {
        return report.waitingFor().isEmpty();
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The evidence of the first breaches. */
    List<String> evidence() {
        return List.copyOf(evidence);
    }

    long breaches() {
        return breaches;
    }

    AuditReport.Outcome outcome() {
        if (breaches > 0) {
            return AuditReport.Outcome.BROKEN;
        }
        return report.outcome();
    }

    /** The same in a word. */
    String word() {
        return switch (outcome()) {
            case HOLDS -> "kept";
            case BROKEN -> "broken";
            case NOT_QUIET -> "unknown";
        };
    }
}
