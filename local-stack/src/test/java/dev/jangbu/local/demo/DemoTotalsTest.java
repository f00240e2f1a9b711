package dev.jangbu.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class DemoTotalsTest {

    @Test
    void percentilesUseTheNearestRank() {
        List<Duration> hundred = LongStream.rangeClosed(1, 100)
                .mapToObj(n -> Duration.ofMillis(101 - n))
                .toList();

        assertThat(DemoTotals.percentileMs(hundred, 50)).isEqualTo(50);
        assertThat(DemoTotals.percentileMs(hundred, 99)).isEqualTo(99);
        assertThat(DemoTotals.percentileMs(List.of(Duration.ofMillis(7)), 99)).isEqualTo(7);
    }

    @Test
    void everyOutcomeIsCounted() {
        DemoTotals totals = new DemoTotals();
        totals.add(new DemoOutcome.Completed(Duration.ofMillis(5), Duration.ofMillis(9)));
        totals.add(new DemoOutcome.Declined("REJECT_CARD_COMPANY"));
        totals.add(new DemoOutcome.Open("UNKNOWN"));
        totals.add(new DemoOutcome.Failed("500"));

        assertThat(totals.summary().getFirst()).isEqualTo("1 completed, 1 declined, 1 still open, 1 failed");
        assertThat(totals.failed()).isEqualTo(1);
    }

    @Test
    void anOrderHasDistinctSellersAndFeesWithinItsAmounts() {
        DemoOrders orders = new DemoOrders(2);
        for (int n = 0; n < 500; n++) {
            DemoOrders.Order order = orders.next();
            long total = 0;
            for (var line : order.body().get("lines")) {
                total += line.get("amount").longValue();
                assertThat(line.get("fee").longValue())
                        .isBetween(0L, line.get("amount").longValue());
            }
            assertThat(order.amount()).isEqualTo(total);
            assertThat(order.body().get("lines").findValuesAsText("sellerId")).doesNotHaveDuplicates();
        }
    }
}
