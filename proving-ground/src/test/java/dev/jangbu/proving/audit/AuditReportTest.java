package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditReportTest {

    private static final Finding HOLDS = finding(2, 0, List.of());
    private static final Finding UNCHECKED = finding(1, 0, List.of("the PSP's charges: no simulator"));

    @Test
    void theReportNamesEachPartThatWasNotCheckedAndStillHolds() throws Exception {
        AuditReport report = AuditReport.of(List.of(UNCHECKED, HOLDS), Duration.ZERO);

        assertThat(report.outcome().exitCode()).isZero();
        assertThat(report.toString())
                .contains(" –  1  statement", " ✓  2  statement", "– not checked: the PSP's charges: no simulator")
                .endsWith("All that was checked holds. Not checked, or not all of it: 1.");
        JsonNode findings = new ObjectMapper().readTree(report.toJson()).get("findings");
        assertThat(findings.get(0).get("unchecked").get(0).asText()).isEqualTo("the PSP's charges: no simulator");
        assertThat(findings.get(1).get("unchecked")).isEmpty();
    }

    @Test
    void aReportWithoutUncheckedPartsSaysThatAllHold() {
        assertThat(AuditReport.of(List.of(HOLDS), Duration.ZERO).toString())
                .endsWith("All of them hold.")
                .doesNotContain("–");
    }

    @Test
    void aViolationIsBrokenAlsoIfAnotherPartWasNotChecked() {
        AuditReport report = AuditReport.of(List.of(UNCHECKED, finding(2, 1, List.of())), Duration.ZERO);

        assertThat(report.outcome().exitCode()).isEqualTo(1);
        assertThat(report.toString()).endsWith("1 of 2 are BROKEN. Not checked, or not all of it: 1.");
    }

    private static Finding finding(int number, long violations, List<String> unchecked) {
        return new Finding(number, "Name", "statement", violations, List.of(), unchecked, 1, Duration.ZERO);
    }
}
