package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ViolationsTest {

    @Test
    void allViolationsAreCountedAndTheFirstAreKept() {
        Violations violations = new Violations();

        for (int i = 0; i < 30; i++) {
            violations.add("%d %s", i, "x".repeat(4_000));
        }
        violations.addCount(70);

        assertThat(violations.count()).isEqualTo(100);
        assertThat(violations.first())
                .hasSize(20)
                .allSatisfy(text -> assertThat(text).hasSize(3_001).endsWith("…"));
    }
}
