package dev.jangbu.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RefundedFeeTest {

    @Test
    void halfAUnitIsRoundedUp() {
        assertThat(RefundedFee.of(1, 2, 1, 0)).isEqualTo(1);
        assertThat(RefundedFee.of(1, 3, 1, 0)).isZero();
        assertThat(RefundedFee.of(600, 12_000, 5_000, 0)).isEqualTo(250);
    }

    @Test
    void theLargestAmountsDoNotOverflow() {
        assertThat(RefundedFee.of(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 0))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(RefundedFee.of(Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 2))
                .isEqualTo(1);
    }

    @Test
    void refundsOfAllPartsReturnExactlyTheFee() {
        long seed = Long.getLong("jangbu.seed", 20_261_124L);
        Random random = new Random(seed);
        for (int run = 0; run < 2_000; run++) {
            long amountMinor = 1 + random.nextLong(run % 2 == 0 ? 50 : Long.MAX_VALUE - 1);
            long feeMinor = random.nextLong(amountMinor + 1);
            long refundedMinor = 0;
            long returnedMinor = 0;
            while (refundedMinor < amountMinor) {
                long partMinor = random.nextInt(4) == 0
                        ? amountMinor - refundedMinor
                        : 1 + random.nextLong(amountMinor - refundedMinor);
                refundedMinor += partMinor;
                long shareMinor = RefundedFee.of(feeMinor, amountMinor, refundedMinor, returnedMinor);
                assertThat(shareMinor).as("seed %d, run %d", seed, run).isBetween(0L, partMinor);
                returnedMinor += shareMinor;
            }
            assertThat(returnedMinor).as("seed %d, run %d", seed, run).isEqualTo(feeMinor);
        }
    }
}
