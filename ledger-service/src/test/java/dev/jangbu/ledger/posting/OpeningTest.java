package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.posting.Opening.Begin;
import dev.jangbu.ledger.posting.Opening.Resume;
import dev.jangbu.ledger.posting.Opening.Stop;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class OpeningTest {

    private static final OptionalLong NONE = OptionalLong.empty();

    @Test
    void aBookWithoutOffsetsBegins() {
        assertThat(Opening.decide(NONE, NONE)).isEqualTo(new Begin());
        assertThat(Opening.decide(NONE, OptionalLong.of(0))).isEqualTo(new Begin());
    }

    @Test
    void postingsThatWereNotSentAreReadAgain() {
        assertThat(Opening.decide(OptionalLong.of(5), OptionalLong.of(9))).isEqualTo(new Resume(5, 5));
    }

    @Test
    void whereBothAgreeReadingGoesOn() {
        assertThat(Opening.decide(OptionalLong.of(9), OptionalLong.of(9))).isEqualTo(new Resume(9, 9));
    }

    @Test
    void aRestoredDatabaseReadsAgainWhatItLostAndSendsNothingTwice() {
        assertThat(Opening.decide(OptionalLong.of(9), OptionalLong.of(4))).isEqualTo(new Resume(4, 9));
        assertThat(Opening.decide(OptionalLong.of(9), NONE)).isEqualTo(new Resume(0, 9));
    }

    @Test
    void aMissingGroupOffsetStopsABookThatHasSeenRecords() {
        assertThat(Opening.decide(NONE, OptionalLong.of(1))).isInstanceOf(Stop.class);
    }
}
