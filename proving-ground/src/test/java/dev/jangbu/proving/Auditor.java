package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.audit.Audit;
import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.Progress;
import dev.jangbu.proving.stack.StackAddress;
import java.time.Duration;

/** The audit as the last line of a test. */
final class Auditor {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Auditor() {}

    /** Waits until the stack is quiet, and fails with the report if an invariant is broken. */
    static void assertThatAllHolds(StackAddress stack, String after) throws Exception {
        try (Progress progress = new Progress(line -> System.out.println(line))) {
            AuditReport report = new Audit(stack, PATIENCE, true, progress).run();
            assertThat(report.outcome()).as("%s%n%s", after, report).isEqualTo(AuditReport.Outcome.HOLDS);
        }
    }
}
