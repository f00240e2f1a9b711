package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Audit;
import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.ProgressReporter;
import java.time.Duration;

/** The audit as an assertion. */
final class AuditAssertions {

    private static final Duration QUIET_LIMIT = Duration.ofMinutes(6);

    private AuditAssertions() {}

    /** Waits until the stack is quiet, and fails with the report if an invariant is broken. */
    static void assertThatAllHolds(Installation stack, String description) throws Exception {
        try (ProgressReporter progress = new ProgressReporter(line -> System.out.println(line))) {
            AuditReport report = new Audit(stack, QUIET_LIMIT, true, progress).run();
            assertThat(report.outcome()).as("%s%n%s", description, report).isEqualTo(AuditReport.Outcome.HOLDS);
        }
    }
}
