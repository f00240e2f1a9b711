package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.torture.Load;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Customers and sellers who retry, repeat, hang up and race, at a PSP that misbehaves in a fifth of its calls; in the end the PSP's
 * book, the payments, the outbox, the wallets and the ledger agree with what was promised.
 *
 * <p>One of the long proofs: {@code TortureIT} lets the same clients at a stack in every build, and strikes it meanwhile. Here
 * nothing strikes, so that many more orders meet each other.
 */
@Tag("proof")
class RandomClientIT {

    @Test
    void whatWasPromisedIsKept() throws Exception {
        run(Long.getLong("jangbu.seed", 20_261_124L), Integer.getInteger("jangbu.orders", 300), 24);
    }

    @Test
    void whatWasPromisedIsKeptForManySeeds() throws Exception {
        SplittableRandom seeds = new SplittableRandom(Long.getLong("jangbu.seed", System.nanoTime()));
        for (int round = 0; round < 10; round++) {
            run(seeds.nextLong(), Integer.getInteger("jangbu.orders", 4_000), 32);
        }
    }

    private static void run(long seed, int orders, int clients) throws Exception {
        LocalStack stack = LocalStack.shared();
        String repeat = "seed %d (repeat with -Djangbu.seed=%d -Djangbu.orders=%d)".formatted(seed, seed, orders);
        System.out.println(repeat);
        try (Load load = new Load(stack.address(), seed, line -> System.out.println(line))) {
            load.work(clients, begun -> begun < orders);
            load.settle();
            assertThat(load.breaches().first())
                    .as("%d promises broken, %s", load.breaches().count(), repeat)
                    .isEmpty();
            assertThat(load.answers()).isGreaterThan(orders * 6L);
        }
        Auditor.assertThatAllHolds(stack.address(), repeat);
    }
}
