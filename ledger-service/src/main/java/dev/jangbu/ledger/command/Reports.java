package dev.jangbu.ledger.command;

import dev.jangbu.ledger.verification.Finding;
import dev.jangbu.ledger.verification.Findings;
import java.io.PrintWriter;

/** Prints findings. */
final class Reports {

    private Reports() {}

    /** Prints the first finding with the conclusion, then the other kept findings and the number of the rest. */
    static void print(PrintWriter out, String conclusion, Findings findings) {
        Finding first = findings.first().getFirst();
        out.printf("%s, first at %s%n", conclusion, first.text());
        findings.first().stream().skip(1).forEach(finding -> out.println("  " + finding.text()));
        long others = findings.count() - findings.first().size();
        if (others > 0) {
            out.printf("  and %,d more%n", others);
        }
    }
}
