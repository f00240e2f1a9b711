package dev.jangbu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RatioTest {

    @Test
    void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
        assertThat(Ratio.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
    }

    @Test
    void intervalContainsTheMedianAndStaysWithinTheMeasuredRange() {
        Ratio ratio = Ratio.of(new double[] {1.9, 2.1, 2.0, 2.4, 1.7}, 1);

        assertThat(ratio.median()).isEqualTo(2.0);
        assertThat(ratio.low()).isBetween(1.7, 2.0);
        assertThat(ratio.high()).isBetween(2.0, 2.4);
    }

    @Test
    void equalRoundsHaveAnEmptyInterval() {
        assertThat(Ratio.of(new double[] {3, 3, 3, 3, 3}, 1)).isEqualTo(new Ratio(3, 3, 3, 5));
    }

    @Test
    void rejectedRoundIsNotCompared() {
        List<Sample> samples = List.of(
                sample("ours", 1, 100, List.of()),
                sample("ours", 2, 900, List.of("a balance is wrong")),
                sample("theirs", 1, 50, List.of()),
                sample("theirs", 2, 50, List.of()));

        assertThat(Comparison.more(samples, "cell", "ours", "theirs", 1)).hasValueSatisfying(comparison -> {
            assertThat(comparison.ratio().median()).isEqualTo(2.0);
            assertThat(comparison.ratio().rounds()).isEqualTo(1);
        });
    }

    @Test
    void ratioIsInvertedIfLessIsBetter() {
        List<Sample> samples = List.of(sample("ours", 1, 20, List.of()), sample("theirs", 1, 600, List.of()));

        assertThat(Comparison.less(samples, "cell", "ours", "theirs", 1)).hasValueSatisfying(comparison -> {
            assertThat(comparison.ratio().median()).isEqualTo(30.0);
            assertThat(comparison.wanted()).isZero();
        });
    }

    @Test
    void targetIsMetIfTheMedianReachesIt() {
        assertThat(ofTarget(8.0)).hasValueSatisfying(comparison -> {
            assertThat(comparison.wanted()).isEqualTo(8.0);
            assertThat(comparison.met()).isTrue();
        });
        assertThat(ofTarget(7.9))
                .hasValueSatisfying(comparison -> assertThat(comparison.met()).isFalse());
    }

    private static Optional<Comparison> ofTarget(double ratio) {
        return Comparison.of(
                "latency, approval to COMPLETED, p50: default intervals", Map.of(1, ratio), Map.of(1, 1.0), 1);
    }

    @Test
    void competitorWithoutAcceptedRoundsIsNotCompared() {
        assertThat(Comparison.more(List.of(), "cell", "ours", "theirs", 1)).isEmpty();
    }

    private static Sample sample(String competitor, int round, double value, List<String> errors) {
        return new Sample("cell", competitor, round, value, 1, new Usage(Map.of(), Map.of(), 0, 0), errors);
    }
}
