package dev.jangbu.proving;

import static dev.jangbu.proving.Shop.line;
import static dev.jangbu.proving.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.HttpApi.Answer;
import java.io.IOException;
import java.time.Duration;
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
 * The proof of the whole: kill -9 in the midst of a burst, and every won is accounted for. Among the long ones, because each build
 * has a torture of its own, which kills too.
 */
@Tag("proof")
class BurstIT {

    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(2);

    private static LocalStack stack;
    private static HttpApi api;
    private static Shop shop;

    @BeforeAll
    static void aRunningStack() {
        stack = LocalStack.shared();
        api = stack.api();
        shop = new Shop(api);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void aBurstOfPaymentsSurvivesTheDeathOfTheStreamsProcessorTheLedgerAndConnect() throws Exception {
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
            int struck = 0;
            for (String part : List.of("streams-processor", "ledger-service", "connect")) {
                int due = ++struck * payments / 5;
                await("payment " + due).atMost(SETTLES_WITHIN).until(() -> confirmed.get() >= due);
                ProcessHandle before = stack.process(part).orElseThrow();
                stack.kill9(part);
                stack.awaitRestartOf(part, before);
            }
        }
        for (Future<?> client : clients) {
            client.get();
        }

        Auditor.assertThatAllHolds(stack.address(), "seed " + seed);
    }

    /** One payment of the burst, wholly decided by the seed and its number; some clients repeat themselves. */
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
        Answer answer = shop.confirm(id, key, "burst_" + id, amount);
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        if (random.nextInt(10) == 0) {
            assertThat(shop.confirm(id, key, "burst_" + id, amount).body()).isEqualTo(answer.body());
        }
    }
}
