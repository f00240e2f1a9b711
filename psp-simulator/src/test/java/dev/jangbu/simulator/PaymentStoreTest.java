package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jangbu.testsupport.ChildProcess;
import dev.jangbu.testsupport.FreePorts;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
    private static final int CLIENTS = 16;
    private static final IdempotentCalls.Call NO_KEY = new IdempotentCalls.Call("test", null);

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
    void logTruncatedAnywhereOpensWithTheTransactionsBeforeTheCut() throws Exception {
        Path whole = folder.resolve("whole");
        Path torn = Files.createDirectories(folder.resolve("torn"));
        byte[] log;
        try (PaymentStore store = new PaymentStore(whole, Clock.systemUTC())) {
            for (int i = 0; i < 3; i++) {
                store.confirm(confirm(i), Currency.KRW, null, new IdempotentCalls.Call("confirm", "key " + i));
            }
            store.cancel("pay-2", new Commands.Cancel("바꿈", new BigDecimal(40)), null, NO_KEY);
            // As kill -9 leaves it: closing the store would move the log into the file.
            Files.copy(whole.resolve("payments.db"), folder.resolve("copy.db"));
            log = Files.readAllBytes(whole.resolve("payments.db-wal"));
        }

        int charges = 0;
        for (int length = 0; length <= log.length; length += 997) {
            Files.copy(folder.resolve("copy.db"), torn.resolve("payments.db"), StandardCopyOption.REPLACE_EXISTING);
            Files.write(torn.resolve("payments.db-wal"), Arrays.copyOf(log, length));
            try (PaymentStore store = new PaymentStore(torn, Clock.systemUTC())) {
                int found = store.charges("", 10).size();
                assertThat(found).isBetween(charges, 3);
                charges = found;
                for (int i = 0; i < 3; i++) {
                    assertThat(store.resultOf(new IdempotentCalls.Call("confirm", "key " + i))
                                    .isPresent())
                            .isEqualTo(i < found);
                }
                store.confirm(confirm(9), Currency.KRW, null, NO_KEY);
            }
            try (PaymentStore store = new PaymentStore(torn, Clock.systemUTC())) {
                assertThat(store.charges("", 10)).hasSize(charges + 1);
            }
        }
        assertThat(charges).isEqualTo(3);
    }

    @Test
    void damagedFileFailsTheStart() throws Exception {
        Path file = folder.resolve("payments.db");
        Files.writeString(file, "not a database, and longer than the header of one ".repeat(10));
        byte[] before = Files.readAllBytes(file);

        assertThatThrownBy(() -> new PaymentStore(folder, Clock.systemUTC())).isInstanceOf(IOException.class);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void storeCanBeOpenedOnlyOnce() throws Exception {
        try (PaymentStore first = new PaymentStore(folder, Clock.systemUTC())) {
            assertThat(first.charges("", 1)).isEmpty();
            assertThatThrownBy(() -> new PaymentStore(folder, Clock.systemUTC()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void keepsEveryAcknowledgedChargeAndCancelWhenKilledDuringABurst() throws Exception {
        Set<String> charged = ConcurrentHashMap.newKeySet();
        Set<String> cancelled = ConcurrentHashMap.newKeySet();
        int port = FreePorts.next();
        PspClient psp = new PspClient(port);
        // Each round is killed in another state of the file: new, with a log, after a recovery.
        for (int round = 1; round <= 3; round++) {
            int expected = charged.size() + 300;
            int firstCall = round * 1_000_000;
            try (ChildProcess process = startProcess(port)) {
                awaitHealthy(psp);
                try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
                    for (int client = 0; client < CLIENTS; client++) {
                        int from = firstCall + client * 10_000;
                        Future<?> unused = clients.submit(() -> {
                            for (int i = from; process.isAlive(); i++) {
                                String payment = "pay-" + i;
                                if (psp.confirm(payment, "order-" + i, "100", "confirm:" + i)
                                                .status()
                                        == 200) {
                                    charged.add(payment);
                                }
                                if (psp.cancel(payment, "40", "cancel:" + i).status() == 200) {
                                    cancelled.add(payment);
                                }
                            }
                            return null;
                        });
                    }
                    await().atMost(Duration.ofMinutes(2)).until(() -> charged.size() > expected);
                    process.kill();
                }
            }
        }

        try (PaymentStore store = new PaymentStore(folder, Clock.systemUTC())) {
            List<Payment> stored = store.charges("", 1_000_000);
            assertThat(keys(stored)).containsAll(charged);
            List<Payment> withCancel =
                    stored.stream().filter(each -> each.cancelledMinor() == 40).toList();
            assertThat(keys(withCancel)).containsAll(cancelled);
            // The rest are at most the calls in flight at each kill.
            assertThat(stored.size() - charged.size() + withCancel.size() - cancelled.size())
                    .isLessThanOrEqualTo(3 * CLIENTS);
            // Every answer is repeated as it was: effect and idempotency key are one transaction.
            for (String payment : charged) {
                String number = payment.substring("pay-".length());
                assertThat(store.resultOf(new IdempotentCalls.Call("confirm", "confirm:" + number)))
                        .containsInstanceOf(PaymentResult.Success.class);
            }
        }
    }

    private static Set<String> keys(List<Payment> payments) {
        return payments.stream().map(Payment::paymentKey).collect(Collectors.toSet());
    }

    private static Commands.Confirm confirm(int number) {
        return new Commands.Confirm("pay-" + number, "order-" + number, new BigDecimal(100));
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
