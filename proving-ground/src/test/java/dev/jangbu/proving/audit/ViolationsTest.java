package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ViolationsTest {

    @Test
    void whatIsThereAndMustNotBeIsABreachAtAnyTime() {
        Violations breaches = new Violations(EnumSet.allOf(Stage.class));

        breaches.add("booked twice");

        assertThat(breaches.first()).containsExactly("booked twice");
    }

    @Test
    void whatIsLackingIsABreachOnlyIfNobodyMayStillBringIt() {
        Violations breaches = new Violations(EnumSet.of(Stage.LEDGER));

        breaches.lacking(Set.of(Stage.WALLET_DESK, Stage.LEDGER), "the journal of %s", "one");
        breaches.lacking(Set.of(Stage.CHANGE_STREAM), "the record of %s", "another");

        assertThat(breaches.first()).containsExactly("the record of another");
    }

    @Test
    void whereNothingIsUnderwayWhatIsLackingIsABreach() {
        Violations breaches = new Violations();

        breaches.lacking(EnumSet.allOf(Stage.class), "a journal");

        assertThat(breaches.count()).isEqualTo(1);
    }
}
