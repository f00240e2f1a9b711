package dev.jangbu.api.refund;

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
            long amount = 1 + random.nextLong(run % 2 == 0 ? 50 : Long.MAX_VALUE - 1);
            long fee = random.nextLong(amount + 1);
            long refunded = 0;
            long returned = 0;
            while (refunded < amount) {
                long part = random.nextInt(4) == 0 ? amount - refunded : 1 + random.nextLong(amount - refunded);
                refunded += part;
                long share = RefundedFee.of(fee, amount, refunded, returned);
                assertThat(share).as("seed %d, run %d", seed, run).isBetween(0L, part);
                returned += share;
            }
            assertThat(returned).as("seed %d, run %d", seed, run).isEqualTo(fee);
        }
    }
}
