package dev.jangbu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.operator.console.CommandException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchTest {

    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00Z");

    @ParameterizedTest
    @EnumSource
    void sameSeedGivesTheSameBatch(Load load) {
        assertThat(batch(load, 500)).isEqualTo(batch(load, 500));
    }

    @ParameterizedTest
    @EnumSource
    void smallerBatchIsAPrefixOfALargerOne(Load load) {
        List<SettlementRequested> larger = batch(load, 500).requests();
        List<SettlementRequested> smaller = batch(load, 100).requests();

        assertThat(smaller)
                .extracting(SettlementRequested::getWalletId, SettlementRequested::getAmount)
                .isEqualTo(larger.stream()
                        .limit(100)
                        .map(request -> org.assertj.core.groups.Tuple.tuple(request.getWalletId(), request.getAmount()))
                        .toList());
    }

    @Test
    void idsNameTheirChargesAndChargesAreNotInTheFuture() {
        List<SettlementRequested> requests = batch(Load.UNIFORM, 1_000).requests();

        assertThat(requests)
                .extracting(SettlementRequested::getSettlementId)
                .doesNotHaveDuplicates()
                .allSatisfy(id -> {
                    assertThat(UUID.fromString(id).version()).isEqualTo(8);
                    assertThat(UUID.fromString(id).variant()).isEqualTo(2);
                });
        assertThat(requests)
                .extracting(SettlementRequested::getMovedAt)
                .isSortedAccordingTo(Comparator.naturalOrder())
                .allSatisfy(movedAt -> assertThat(movedAt).isBeforeOrEqualTo(NOW));
    }

    @Test
    void loadsHaveTheirDistributions() {
        assertThat(shareOfTheFirst(Load.ONE_SELLER)).isEqualTo(1.0);
        assertThat(shareOfTheFirst(Load.NINETY_PERCENT)).isBetween(0.88, 0.92);
        assertThat(shareOfTheFirst(Load.ZIPF)).isBetween(0.11, 0.16);
        assertThat(shareOfTheFirst(Load.UNIFORM)).isLessThan(0.01);
    }

    @Test
    void linesOfAPaymentShareItsReference() {
        Batch batch = Batch.of(1, 1, Load.UNIFORM, 10, 5, NOW);

        assertThat(batch.payments()).isEqualTo(10);
        assertThat(batch.requests().stream()
                        .map(SettlementRequested::getReferenceId)
                        .distinct())
                .hasSize(10);
    }

    @Test
    void unknownLoadIsReportedWithTheKnownOnes() {
        assertThatThrownBy(() -> Load.of("flat"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("'flat'")
                .hasMessageContaining("one-seller");
    }

    private static Batch batch(Load load, int payments) {
        return Batch.of(42, 3, load, payments, 1, NOW);
    }

    private static double shareOfTheFirst(Load load) {
        Map<String, Long> bySeller = batch(load, 10_000).requests().stream()
                .collect(Collectors.groupingBy(SettlementRequested::getSellerId, Collectors.counting()));
        return bySeller.getOrDefault("b3-" + load.text() + "-0", 0L) / 10_000.0;
    }
}
