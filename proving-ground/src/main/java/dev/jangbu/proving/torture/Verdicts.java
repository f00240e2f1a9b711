package dev.jangbu.proving.torture;

import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.Violations;
import java.util.ArrayList;
import java.util.List;

/** The verdicts of a run's checks; the worst one is the run's outcome. */
final class Verdicts {

    private final List<String> lines = new ArrayList<>();
    private final List<String> evidence = new ArrayList<>();
    private final AuditReport report;
    private long violations;

    Verdicts(AuditReport report) {
        this.report = report;
        violations = report.findings().stream()
                .mapToLong(finding -> finding.violations())
                .sum();
        switch (report.outcome()) {
            case HOLDS -> lines.add("✓ audit --deep: all invariants hold");
            case BROKEN -> lines.add("✗ audit --deep: invariants are BROKEN");
            case NOT_QUIET ->
                lines.add("? audit: not evaluated, the stack is not quiescent; waiting for " + report.waitingFor());
        }
        report.findings().forEach(finding -> evidence.addAll(finding.evidence()));
    }

    /** Adds a verdict: holds if there are no violations. */
    void add(String statement, Violations found) {
        violations += found.count();
        lines.add(found.count() == 0 ? "✓ " + statement : "✗ BROKEN %,d times: %s".formatted(found.count(), statement));
        evidence.addAll(found.first());
    }

    void add(String statement, boolean holds) {
        violations += holds ? 0 : 1;
        lines.add((holds ? "✓ " : "✗ BROKEN: ") + statement);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The evidence of the first violations. */
    List<String> evidence() {
        return List.copyOf(evidence);
    }

    long violations() {
        return violations;
    }

    AuditReport.Outcome outcome() {
        return violations > 0 ? AuditReport.Outcome.BROKEN : report.outcome();
    }

    /** The outcome as a word. */
    String label() {
        return switch (outcome()) {
            case HOLDS -> "kept";
            case BROKEN -> "broken";
            case NOT_QUIET -> "unknown";
        };
    }
}
