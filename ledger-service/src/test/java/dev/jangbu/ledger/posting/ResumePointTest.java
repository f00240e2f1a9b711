package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.posting.ResumePoint.Resume;
import dev.jangbu.ledger.posting.ResumePoint.Start;
import dev.jangbu.ledger.posting.ResumePoint.Stop;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ResumePointTest {

    private static final OptionalLong NONE = OptionalLong.empty();

    @Test
    void aNewBookStarts() {
        assertThat(ResumePoint.decide(NONE, NONE)).isEqualTo(new Start());
        assertThat(ResumePoint.decide(NONE, OptionalLong.of(0))).isEqualTo(new Start());
    }

    @Test
    void unpublishedPostingsAreReadAgain() {
        assertThat(ResumePoint.decide(OptionalLong.of(5), OptionalLong.of(9))).isEqualTo(new Resume(5, 5));
    }

    @Test
    void equalOffsetsAreResumed() {
        assertThat(ResumePoint.decide(OptionalLong.of(9), OptionalLong.of(9))).isEqualTo(new Resume(9, 9));
    }

    @Test
    void aRestoredDatabaseIsReadFromItsOffsetAndPublishesNothingTwice() {
        assertThat(ResumePoint.decide(OptionalLong.of(9), OptionalLong.of(4))).isEqualTo(new Resume(4, 9));
        assertThat(ResumePoint.decide(OptionalLong.of(9), NONE)).isEqualTo(new Resume(0, 9));
    }

    @Test
    void aMissingGroupOffsetStopsABookWithRecords() {
        assertThat(ResumePoint.decide(NONE, OptionalLong.of(1))).isInstanceOf(Stop.class);
    }
}
