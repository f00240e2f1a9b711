package dev.jangbu.proving.bugs;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The report: which bug was noticed by whom. Made by {@code ./jangbu bugs}, for {@code docs/planted-bugs.md}. */
final class Matrix {

    private static final List<String> COLUMNS =
            Arrays.stream(Detector.values()).map(Detector::column).distinct().toList();

    private static final String HEAD = """
            # Planted bugs

            A checker that cannot fail proves nothing. Each bug below is a patch of a few lines, or a few statements, in
            `proving-ground/bugs`; none is known to the services. `./jangbu bugs` plants one at a time in a stack of its own, lets customers,
            sellers and, where it takes one, a fault at it, and asks everybody who might notice: the clients' own book, the [audit](audit.md), a
            reader who looks at each posting and completion as it comes, and the logs. The control is the same without a bug: nobody may say
            anything.

            Made by `./jangbu bugs --seed %d` on %s; this file is written by that command alone. Ids and figures that
            differ from run to run are left out of the evidence.

            """;

    private static final String LEGEND = """

            The numbers are the [invariants](audit.md#what-it-checks). *early*: a posting or a completion was announced before what it says
            was in the book. *stopped*: a service met what must not be, stopped there and said why. A stack that does not come to its end (12) proves
            nothing by itself, since an outage looks the same: it counts only together with *stopped*.

            ## The bugs

            """;

    private final Map<String, PlantedBug> bugs;
    private final List<Caught> trials;

    /**
     * @param bugs by name
     * @param trials one for each bug, and the controls
     */
    Matrix(Map<String, PlantedBug> bugs, List<Caught> trials) {
        this.bugs = bugs;
        this.trials = trials;
    }

    /** The report in Markdown. */
    String markdown(long seed, LocalDate date) {
        StringBuilder text = new StringBuilder(HEAD.formatted(seed, date));
        text.append("| bug | ").append(String.join(" | ", COLUMNS)).append(" |\n");
        text.append("|---|").append(":-:|".repeat(COLUMNS.size())).append('\n');
        for (Caught trial : trials) {
            text.append("| ")
                    .append(name(trial))
                    .append(" | ")
                    .append(COLUMNS.stream().map(column -> mark(trial, column)).collect(Collectors.joining(" | ")))
                    .append(" |\n");
        }
        text.append(LEGEND);
        for (Caught trial : trials) {
            PlantedBug bug = bugs.get(trial.bug());
            if (bug != null) {
                text.append("**")
                        .append(bug.name())
                        .append("**: ")
                        .append(bug.bug())
                        .append(". ");
                text.append("*Harm:* ").append(bug.harm()).append(". ");
                text.append("*Scenario:* ").append(bug.scenario().happens()).append(".\n");
                for (Detector detector : bug.caughtBy()) {
                    String evidence = trial.said().getOrDefault(detector, "NOTHING, and it had to");
                    text.append("- ")
                            .append(detector.label())
                            .append(": `")
                            .append(stable(evidence))
                            .append("`\n");
                }
                text.append('\n');
            }
        }
        return text.toString();
    }

    private static String name(Caught trial) {
        return trial.bug().equals(Caught.NO_BUG) ? "*none, " + trial.scenario().label() + "*" : trial.bug();
    }

    private static String mark(Caught trial, String column) {
        return trial.said().keySet().stream()
                        .anyMatch(detector -> detector.column().equals(column))
                ? "✓"
                : "";
    }

    /** Without what differs from run to run. */
    static String stable(String evidence) {
        String line = evidence.replaceAll("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b", "‹id›")
                .replaceAll("\\b[0-9a-f]{64}\\b", "‹hash›")
                .replaceAll(", headers=.*?\\} \\}", "")
                .replaceAll("\\br[0-9a-f]{16}\\b", "‹run›")
                .replaceAll("\\b\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z?\\b", "‹time›")
                .replaceAll("(?<!SQLSTATE |status=|JL|\\d)\\d{2,}", "‹n›")
                .replace('`', '\'')
                .replaceAll("\\s+", " ");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
}
