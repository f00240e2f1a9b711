package dev.jangbu.ledger.command;

import dev.jangbu.ledger.proof.Finding;
import dev.jangbu.ledger.proof.Findings;
import java.io.PrintWriter;

/** How findings are told. */
final class Reports {

    private Reports() {}

    /** The first finding in its own sentence, then all that are kept, then how many there are. */
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
