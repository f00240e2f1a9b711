package dev.jangbu.proving;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kills the streams processor, the ledger and Connect with SIGKILL during a burst of payments; the audit accounts for
 * every won. Tagged as a long proof because {@code TortureIT} kills the same parts in every build.
 */
@Tag("proof")
class BurstIT {

    private static SharedStack stack;
    private static HttpApi api;
    private static Shop shop;

    @BeforeAll
    static void startStack() {
        stack = SharedStack.running();
        api = stack.api();
        shop = new Shop(api);
    }

    @AfterAll
    static void close() {
        api.close();
    }

    @Test
    void everyPaymentOfABurstSettlesAlthoughPartsAreKilled() throws Exception {
        long seed = Long.getLong("jangbu.seed", 20_261_122L);
        System.out.println("seed of the burst: " + seed + " (repeat with -Djangbu.seed=" + seed + ")");
        AtomicInteger confirmed = new AtomicInteger();
        AtomicInteger next = new AtomicInteger();
        int payments = 600;
        List<Future<?>> clients = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < 6; client++) {
                clients.add(executor.submit(() -> {
                    for (int n = next.getAndIncrement(); n < payments; n = next.getAndIncrement()) {
                        pay(seed, n);
                        confirmed.incrementAndGet();
                    }
                    return null;
                }));
            }
            int kills = 0;
            for (String part : List.of("streams-processor", "ledger-service", "connect")) {
                int due = ++kills * payments / 5;
                await("payment " + due).atMost(Shop.SETTLE_LIMIT).until(() -> confirmed.get() >= due);
                ProcessHandle before = stack.process(part).orElseThrow();
                stack.kill9(part);
                stack.awaitRestartOf(part, before);
            }
        }
        for (Future<?> client : clients) {
            client.get();
        }

        AuditAssertions.assertThatAllHolds(stack.address(), "seed " + seed);
    }

    /** One payment of the burst, determined by the seed and its number. One in ten is confirmed twice. */
    private static void pay(long seed, int n) throws IOException {
        Random random = new Random(seed * 31 + n);
        List<String> lines = new ArrayList<>();
        long amount = 0;
        for (int i = 0; i <= random.nextInt(4); i++) {
            long part = 1 + random.nextLong(100_000);
            lines.add(line("burst-" + random.nextInt(20), part, random.nextLong(part + 1)));
            amount += part;
        }
        String id = shop.create(order("burst-" + seed + "-" + n, lines.toArray(String[]::new)));
        String key = "burst-" + seed + "-" + n;
        Response confirmed = shop.confirm(id, key, "burst_" + id, amount);
        assertThat(confirmed.status()).as("%s", confirmed).isEqualTo(200);
        if (random.nextInt(10) == 0) {
            assertThat(shop.confirm(id, key, "burst_" + id, amount).body()).isEqualTo(confirmed.body());
        }
    }
}
