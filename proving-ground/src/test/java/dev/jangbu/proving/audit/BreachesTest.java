package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BreachesTest {

    @Test
    void whatIsThereAndMustNotBeIsABreachAtAnyTime() {
        Breaches breaches = new Breaches(EnumSet.allOf(Stage.class));

        breaches.add("booked twice");

        assertThat(breaches.first()).containsExactly("booked twice");
    }

    @Test
    void whatIsLackingIsABreachOnlyIfNobodyMayStillBringIt() {
        Breaches breaches = new Breaches(EnumSet.of(Stage.LEDGER));

        breaches.lacking(Set.of(Stage.WALLET_DESK, Stage.LEDGER), "the journal of %s", "one");
        breaches.lacking(Set.of(Stage.CHANGE_STREAM), "the record of %s", "another");

        assertThat(breaches.first()).containsExactly("the record of another");
    }

    @Test
    void whereNothingIsUnderwayWhatIsLackingIsABreach() {
        Breaches breaches = new Breaches();

        breaches.lacking(EnumSet.allOf(Stage.class), "a journal");

        assertThat(breaches.count()).isEqualTo(1);
    }
}
