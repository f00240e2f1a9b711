package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ViolationsTest {

    @Test
    void dataThatMustNotExistIsAlwaysAViolation() {
        Violations violations = new Violations(EnumSet.allOf(PipelineStage.class));

        violations.add("booked twice");

        assertThat(violations.first()).containsExactly("booked twice");
    }

    @Test
    void missingDataIsAViolationOnlyIfNoStageCanStillProduceIt() {
        Violations violations = new Violations(EnumSet.of(PipelineStage.LEDGER));

        violations.addMissing(Set.of(PipelineStage.WALLET_PROCESSOR, PipelineStage.LEDGER), "the journal of %s", "one");
        violations.addMissing(Set.of(PipelineStage.CONNECTOR), "the record of %s", "another");

        assertThat(violations.first()).containsExactly("the record of another");
    }

    @Test
    void missingDataIsAViolationIfNoStageHasPendingWork() {
        Violations violations = new Violations();

        violations.addMissing(EnumSet.allOf(PipelineStage.class), "a journal");

        assertThat(violations.count()).isEqualTo(1);
    }
}
