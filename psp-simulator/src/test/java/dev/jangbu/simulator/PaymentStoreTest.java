package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jangbu.testsupport.ChildProcess;
import dev.jangbu.testsupport.FreePorts;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaymentStoreTest {
    @TempDir
    Path folder;

    @Test
    void repeatsItsResponsesAfterARestart() throws Exception {
        String confirmed;
        String cancelled;
        try (PspSimulator simulator = start()) {
            PspClient psp = new PspClient(simulator.port());
            PspClient impatient = new PspClient(simulator.port(), Duration.ofSeconds(1));
            confirmed = psp.confirm("sim_refund_garbage_1", "order-1001", "1000", "confirm:1")
                    .text();
            psp.cancel("sim_refund_garbage_1", "400", "refund:1");
            cancelled = psp.cancel("sim_refund_garbage_1", "400", "refund:1").text();
            psp.confirm("sim_declined_1", "order-1002", "1000", "confirm:2");
            psp.cancel("sim_refund_garbage_1", "9999", "refund:2");
            assertThatThrownBy(() -> impatient.confirm("sim_timeout_before_charge_1", "order-1003", "30", "confirm:3"))
                    .isInstanceOf(IOException.class);
        }
        try (PspSimulator simulator = start()) {
            PspClient psp = new PspClient(simulator.port());
            assertThat(psp.confirm("sim_refund_garbage_1", "order-1001", "1000", "confirm:1")
                            .text())
                    .isEqualTo(confirmed);
            assertThat(psp.cancel("sim_refund_garbage_1", "400", "refund:1").text())
                    .isEqualTo(cancelled);
            assertThat(psp.cancel("sim_refund_garbage_1", "9999", "refund:2").code())
                    .isEqualTo("NOT_CANCELABLE_AMOUNT");
            assertThat(psp.confirm("sim_declined_1", "order-1002", "1000", "confirm:2")
                            .code())
                    .isEqualTo("REJECT_CARD_COMPANY");
            // The first confirm was before the restart; this is the second.
            assertThat(psp.confirm("sim_timeout_before_charge_1", "order-1003", "30", "confirm:3")
                            .status())
                    .isEqualTo(200);
            assertThat(psp.get("/simulator/charges").json()).hasSize(2);
        }
    }

    @Test
    void fileTruncatedAtAnyByteOpensWithExactlyItsCompleteLines() throws Exception {
        Path whole = folder.resolve("whole.jsonl");
        try (PaymentStore store = new PaymentStore(whole, Clock.systemUTC())) {
            for (int i = 0; i < 3; i++) {
                store.confirm(new Commands.Confirm("pay-" + i, "주문-" + i, Currency.KRW, 100), "confirm " + i);
            }
            store.cancel(new Commands.Cancel("pay-2", "바꿈", new BigDecimal(40)), "refund 1");
        }
        byte[] bytes = Files.readAllBytes(whole);

        for (int length = 0; length <= bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            long lines = new String(cut, StandardCharsets.ISO_8859_1)
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            Path torn = folder.resolve("torn.jsonl");
            Files.write(torn, cut);
            // Open twice: lines written after the truncated one must be readable too.
            try (PaymentStore store = new PaymentStore(torn, Clock.systemUTC())) {
                assertThat(store.charges(null, 10)).hasSize((int) Math.min(3, lines));
                store.confirm(new Commands.Confirm("pay-new", "order-new", Currency.KRW, 7), null);
            }
            try (PaymentStore store = new PaymentStore(torn, Clock.systemUTC())) {
                List<Payment> charges = store.charges(null, 10);
                assertThat(charges).hasSize((int) Math.min(3, lines) + 1);
                assertThat(charges.getLast().paymentKey()).isEqualTo("pay-new");
                assertThat(charges.stream().mapToLong(Payment::cancelledMinor).sum())
                        .isEqualTo(lines == 4 ? 40 : 0);
            }
        }
    }

    @Test
    void unreadableCompleteLineFailsTheStart() throws Exception {
        Path file = folder.resolve("book.jsonl");
        Files.writeString(file, "{\"entry\":\"charged\",\"at\":1}\n");
        assertThatThrownBy(() -> new PaymentStore(file, Clock.systemUTC())).isInstanceOf(RuntimeException.class);
        assertThat(Files.readString(file)).isEqualTo("{\"entry\":\"charged\",\"at\":1}\n");
    }

    @Test
    void fullStoreRejectsChargesButCanBeRead() throws Exception {
        try (PaymentStore store = new PaymentStore(folder.resolve("book.jsonl"), Clock.systemUTC(), 2)) {
            store.confirm(new Commands.Confirm("pay-1", "order-1", Currency.KRW, 100), "confirm 1");
            assertThatThrownBy(() ->
                            store.confirm(new Commands.Confirm("pay-2", "order-2", Currency.KRW, 100), "confirm 2"))
                    .isInstanceOf(StoreFailedException.class);
            assertThat(store.charges(null, 10)).hasSize(1);
            store.setFaultPlan(FaultPlan.NONE);
        }
    }

    @Test
    void storeCanBeOpenedOnlyOnce() throws Exception {
        try (PaymentStore first = new PaymentStore(folder.resolve("book.jsonl"), Clock.systemUTC())) {
            assertThat(first.charges(null, 1)).isEmpty();
            assertThatThrownBy(() -> new PaymentStore(folder.resolve("book.jsonl"), Clock.systemUTC()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void keepsEveryAcknowledgedChargeWhenKilledDuringABurst() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        int port = FreePorts.next();
        PspClient psp = new PspClient(port);
        try (ChildProcess process = startProcess(port)) {
            awaitHealthy(psp);
            try (ExecutorService clients = Executors.newFixedThreadPool(16)) {
                for (int client = 0; client < 16; client++) {
                    int from = client * 10_000;
                    Future<?> unused = clients.submit(() -> {
                        for (int i = from; process.isAlive(); i++) {
                            if (psp.confirm("pay-" + i, "order-" + i, "100", "confirm:" + i)
                                            .status()
                                    == 200) {
                                acknowledged.add("pay-" + i);
                            }
                        }
                        return null;
                    });
                }
                await().atMost(Duration.ofMinutes(2)).until(() -> acknowledged.size() > 300);
                process.kill();
            }
        }

        try (PaymentStore store = new PaymentStore(folder.resolve("book.jsonl"), Clock.systemUTC())) {
            Set<String> stored = store.charges(null, 1_000_000).stream()
                    .map(Payment::paymentKey)
                    .collect(Collectors.toSet());
            assertThat(stored).containsAll(acknowledged);
            // The rest are at most the 16 calls in flight.
            assertThat(stored.size() - acknowledged.size()).isLessThanOrEqualTo(16);
        }
    }

    private ChildProcess startProcess(int port) {
        return ChildProcess.start(
                List.of(
                        ChildProcess.java(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        ChildProcess.classPath(),
                        PspSimulator.class.getName()),
                Map.of(
                        "JANGBU_PSP_SIMULATOR_PORT",
                        Integer.toString(port),
                        "JANGBU_PSP_SECRET",
                        PspClient.SECRET,
                        "JANGBU_DATA_DIR",
                        folder.toString()),
                folder,
                folder.resolve("psp.log"));
    }

    private static void awaitHealthy(PspClient psp) {
        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> psp.get("/simulator/health").status() == 200);
    }

    private PspSimulator start() throws Exception {
        return PspSimulator.start(0, PspClient.SECRET, folder, Clock.systemUTC(), PspSimulator.Delays.DEFAULT);
    }
}
