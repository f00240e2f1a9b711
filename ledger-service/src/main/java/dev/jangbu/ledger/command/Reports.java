package dev.jangbu.ledger.command;

import dev.jangbu.ledger.verification.Finding;
import dev.jangbu.ledger.verification.Findings;
import java.io.PrintWriter;
import java.util.List;

/** Prints the result of a command. Exit code 2, without a result, is picocli's. */
final class Reports {

    /** Exit code: no difference. */
    static final int HOLDS = 0;

    /** Exit code: differences, listed in the output. */
    static final int DIFFERS = 1;

    private Reports() {}

    /**
     * Prints a conclusion: {@code holds}, or {@code differs} with the first finding, the other kept ones and the number
     * of the rest. Returns the exit code.
     */
    static int print(PrintWriter out, Findings findings, String holds, String differs) {
        List<Finding> kept = findings.first();
        if (kept.isEmpty()) {
            out.println(holds);
            return HOLDS;
        }
        out.printf("%s, first at %s%n", differs, kept.getFirst().text());
        kept.stream().skip(1).forEach(finding -> out.println("  " + finding.text()));
        printRest(out, findings.count() - kept.size());
        return DIFFERS;
    }

    /** Prints how many differences are not listed, if any. */
    static void printRest(PrintWriter out, long others) {
        if (others > 0) {
            out.printf("  and %,d more%n", others);
        }
    }
}
