package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.torture.ClientLoad;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Clients that retry, repeat, disconnect and race, with a PSP that misbehaves in a fifth of its calls. In the end the
 * PSP's charges, the payments, the outbox, the wallets and the ledger agree with the responses that the clients
 * received.
 *
 * <p>Tagged as a long proof: {@code TortureIT} runs the same clients in every build, with faults. Without faults more
 * orders run at a time.
 */
@Tag("proof")
class RandomClientIT {

    @Test
    void everyAcknowledgedResponseHolds() throws Exception {
        run(Long.getLong("jangbu.seed", 20_261_124L), Integer.getInteger("jangbu.orders", 300), 24);
    }

    @Test
    void everyAcknowledgedResponseHoldsForManySeeds() throws Exception {
        SplittableRandom seeds = new SplittableRandom(Long.getLong("jangbu.seed", System.nanoTime()));
        for (int round = 0; round < 10; round++) {
            run(seeds.nextLong(), Integer.getInteger("jangbu.orders", 4_000), 32);
        }
    }

    private static void run(long seed, int orders, int clients) throws Exception {
        SharedStack stack = SharedStack.running();
        String repeat = "seed %d (repeat with -Djangbu.seed=%d -Djangbu.orders=%d)".formatted(seed, seed, orders);
        System.out.println(repeat);
        try (ClientLoad load = new ClientLoad(stack.address(), seed, line -> System.out.println(line))) {
            load.work(clients, begun -> begun < orders);
            load.settle();
            assertThat(load.violations().first())
                    .as("%d violations, %s", load.violations().count(), repeat)
                    .isEmpty();
            assertThat(load.answers()).isGreaterThan(orders * 6L);
        }
        AuditAssertions.assertThatAllHolds(stack.address(), repeat);
    }
}
