package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The result of an audit.
 *
 * @param waitingFor the reasons why the stack was not quiet in time; empty if it became quiet
 * @param waited time until the stack was quiet, or until the wait ended
 * @param findings one for each invariant that was checked; empty if the data changed all the time
 */
public record AuditReport(Outcome outcome, List<String> waitingFor, Duration waited, List<Finding> findings) {

    /** The outcome of an audit, with the exit code of the command. */
    public enum Outcome {
        /** Every invariant that was checked holds. */
        HOLDS(0),
        /** At least one invariant is broken. */
        BROKEN(1),
        /** The stack was not quiet in time. The invariants that were checked hold, which proves little. */
        NOT_QUIET(2);

        private final int exitCode;

        Outcome(int exitCode) {
            this.exitCode = exitCode;
        }

        public int exitCode() {
            return exitCode;
        }
    }

    static AuditReport of(List<Finding> findings, Duration waited) {
        boolean holds = findings.stream().allMatch(Finding::holds);
        return new AuditReport(holds ? Outcome.HOLDS : Outcome.BROKEN, List.of(), waited, findings);
    }

    /** @param busy stages with pending work, whose missing output is no violation */
    static AuditReport stalled(
            List<String> waitingFor, Duration waited, Set<PipelineStage> busy, List<Finding> findings) {
        List<String> reasons = new ArrayList<>(waitingFor);
        boolean holds = findings.stream().allMatch(Finding::holds);
        if (!busy.isEmpty()) {
            reasons.add("pending work of "
                    + busy.stream()
                            .map(stage -> stage.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                            .collect(Collectors.joining(", ")));
        }
        return new AuditReport(holds ? Outcome.NOT_QUIET : Outcome.BROKEN, List.copyOf(reasons), waited, findings);
    }

    static AuditReport notQuiet(List<String> waitingFor, Duration waited) {
        return new AuditReport(Outcome.NOT_QUIET, waitingFor, waited, List.of());
    }

    /** The report as text. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        if (waitingFor.isEmpty()) {
            lines.add(" ✓ 12  The stack is quiet: nothing open, nothing unread, the slot has passed (after %s s)"
                    .formatted(seconds(waited)));
        } else {
            lines.add("NOT QUIET after %s s. Waiting for:".formatted(seconds(waited)));
            waitingFor.forEach(reason -> lines.add("  - " + reason));
            lines.add(
                    findings.isEmpty()
                            ? "Nothing was checked: the data keeps changing."
                            : "Nothing changes, so the invariants were checked; output that is pending does not count as missing:");
        }
        for (Finding finding : findings) {
            String mark = !finding.holds() ? "✗" : finding.unchecked().isEmpty() ? "✓" : "–";
            lines.add(" %s %2d  %s".formatted(mark, finding.number(), finding.statement()));
            String broken = finding.holds() ? "" : ", BROKEN %,d times".formatted(finding.violations());
            lines.add("        %s: %,d examined in %s s%s"
                    .formatted(finding.name(), finding.examined(), seconds(finding.duration()), broken));
            finding.evidence().forEach(evidence -> lines.add("        ! " + evidence));
            finding.unchecked().forEach(part -> lines.add("        – not checked: " + part));
            long others = finding.violations() - finding.evidence().size();
            if (others > 0) {
                lines.add("        ! and %,d more".formatted(others));
            }
        }
        if (waitingFor.isEmpty() || !findings.isEmpty()) {
            lines.add(conclusion());
        }
        return String.join("\n", lines);
    }

    private String conclusion() {
        long broken = findings.stream().filter(finding -> !finding.holds()).count();
        String unchecked = findings.stream()
                .filter(finding -> !finding.unchecked().isEmpty())
                .map(finding -> Integer.toString(finding.number()))
                .distinct()
                .collect(Collectors.joining(", "));
        String conclusion = broken > 0
                ? broken + " of " + findings.size() + " are BROKEN."
                : !waitingFor.isEmpty()
                        ? "No violation was found, but the stack is not quiet."
                        : unchecked.isEmpty() ? "All of them hold." : "All that was checked holds.";
        return unchecked.isEmpty() ? conclusion : conclusion + " Not checked, or not all of it: " + unchecked + ".";
    }

    /** The report as JSON, in the format of {@code docs/audit.md}. */
    public String toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("outcome", outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.put("waitedMs", waited.toMillis());
        waitingFor.forEach(json.putArray("waitingFor")::add);
        ArrayNode array = json.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode each = array.addObject();
            each.put("number", finding.number());
            each.put("name", finding.name());
            each.put("statement", finding.statement());
            each.put("holds", finding.holds());
            each.put("looked", finding.examined());
            each.put("tookMs", finding.duration().toMillis());
            each.put("breaches", finding.violations());
            finding.evidence().forEach(each.putArray("evidence")::add);
            finding.unchecked().forEach(each.putArray("unchecked")::add);
        }
        return json.toPrettyString();
    }

    private static String seconds(Duration duration) {
        return "%d.%d".formatted(duration.toSeconds(), duration.toMillisPart() / 100);
    }
}
