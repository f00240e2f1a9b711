package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an audit found.
 *
 * @param waitingFor what it was waiting for when its patience ended; empty if the stack became quiet
 * @param waited how long it took until the stack was quiet, or patience ended
 * @param findings one for each invariant; empty if things moved all the time, so that nothing can be said
 */
public record AuditReport(Outcome outcome, List<String> waitingFor, Duration waited, List<Finding> findings) {

    /** The three ends of an audit, each with the command's exit code. */
    public enum Outcome {
        /** Every invariant that was checked holds. */
        HOLDS(0),
        /** At least one is broken. */
        BROKEN(1),
        /** The stack was not quiet in time. What could be judged all the same holds; it proves little. */
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

    /** @param underway the stages whose work was not missed */
    static AuditReport standingStill(
            List<String> waitingFor, Duration waited, Set<Stage> underway, List<Finding> findings) {
        List<String> reasons = new ArrayList<>(waitingFor);
        boolean holds = findings.stream().allMatch(Finding::holds);
        if (!underway.isEmpty()) {
            reasons.add("what is still to come from "
                    + underway.stream()
                            .map(stage -> stage.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                            .collect(Collectors.joining(", ")));
        }
        return new AuditReport(holds ? Outcome.NOT_QUIET : Outcome.BROKEN, List.copyOf(reasons), waited, findings);
    }

    static AuditReport notQuiet(List<String> waitingFor, Duration waited) {
        return new AuditReport(Outcome.NOT_QUIET, waitingFor, waited, List.of());
    }

    /** For people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (waitingFor.isEmpty()) {
            text.append(" ✓ 12  The stack is quiet: nothing open, nothing unread, the slot has passed (after ")
                    .append(seconds(waited))
                    .append(" s)\n");
        } else {
            text.append("NOT QUIET after ").append(seconds(waited)).append(" s. Still waiting for:\n");
            waitingFor.forEach(reason -> text.append("  - ").append(reason).append('\n'));
            if (findings.isEmpty()) {
                return text.append("Nothing was judged, for something moves.").toString();
            }
            text.append("But it stands still; so what is there is judged, and what is still to come is not missed:\n");
        }
        for (Finding finding : findings) {
            text.append(" %s %2d  %s\n".formatted(finding.holds() ? "✓" : "✗", finding.number(), finding.statement()));
            text.append("        %s: %,d looked at in %s s%s\n"
                    .formatted(
                            finding.name(),
                            finding.looked(),
                            seconds(finding.took()),
                            finding.holds() ? "" : ", BROKEN %,d times".formatted(finding.breaches())));
            finding.evidence()
                    .forEach(evidence ->
                            text.append("        ! ").append(evidence).append('\n'));
            if (finding.breaches() > finding.evidence().size()) {
                text.append("        ! and %,d more\n"
                        .formatted(finding.breaches() - finding.evidence().size()));
            }
        }
        long broken = findings.stream().filter(finding -> !finding.holds()).count();
        return text.append(
                        broken > 0
                                ? broken + " of " + findings.size() + " are BROKEN."
                                : waitingFor.isEmpty()
                                        ? "All of them hold."
                                        : "None is broken as far as can be told. That it isn't quiet is the finding.")
                .toString();
    }

    /** For programs, as {@code docs/audit.md} describes it. */
    public String toJson() throws IOException {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("outcome", outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.put("waitedMs", waited.toMillis());
        ArrayNode reasons = json.putArray("waitingFor");
        waitingFor.forEach(reasons::add);
        ArrayNode array = json.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode each = array.addObject();
            each.put("number", finding.number());
            each.put("name", finding.name());
            each.put("statement", finding.statement());
            each.put("holds", finding.holds());
            each.put("looked", finding.looked());
            each.put("tookMs", finding.took().toMillis());
            each.put("breaches", finding.breaches());
            ArrayNode evidence = each.putArray("evidence");
            finding.evidence().forEach(evidence::add);
        }
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }

    private static String seconds(Duration duration) {
        return "%d.%d".formatted(duration.toSeconds(), duration.toMillisPart() / 100);
    }
}
