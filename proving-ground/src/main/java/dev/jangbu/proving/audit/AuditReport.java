package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What an audit found.
 *
 * @param waitingFor what it was waiting for when its patience ended; empty otherwise
 * @param waited how long it took until the stack was quiet
 * @param findings one for each invariant; empty if the stack was not quiet
 */
public record AuditReport(Outcome outcome, List<String> waitingFor, Duration waited, List<Finding> findings) {

    /** The three ends of an audit, each with the command's exit code. */
    public enum Outcome {
        /** Every invariant that was checked holds. */
        HOLDS(0),
        /** At least one is broken. */
        BROKEN(1),
        /** The stack was not quiet in time: nothing can be said. */
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

    static AuditReport notQuiet(List<String> waitingFor, Duration waited) {
        return new AuditReport(Outcome.NOT_QUIET, waitingFor, waited, List.of());
    }

    /** For people. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (outcome == Outcome.NOT_QUIET) {
            text.append("NOT QUIET after ").append(seconds(waited)).append(" s. Still waiting for:\n");
            waitingFor.forEach(reason -> text.append("  - ").append(reason).append('\n'));
            return text.append("Nothing was judged.").toString();
        }
        text.append(" ✓ 12  The stack is quiet: nothing open, nothing unread, the slot has passed (after ")
                .append(seconds(waited))
                .append(" s)\n");
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
        return text.append(broken == 0 ? "All of them hold." : broken + " of " + findings.size() + " are BROKEN.")
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
