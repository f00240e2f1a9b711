package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultPlanTest {
    private static final String HALF =
            "{\"seed\":%d,\"rates\":{\"error_after_charge\":0.25,\"declined\":0.15,\"garbage\":0.1}}";

    @TempDir
    Path folder;

    @Test
    void samePlanGivesTheSameFaultsInAnyOrderOfCalls() throws Exception {
        Map<String, Integer> once = statusesOf(7, "once", 1);
        Map<String, Integer> again = statusesOf(7, "again", 2);
        Map<String, Integer> otherSeed = statusesOf(8, "other", 1);

        assertThat(again).isEqualTo(once);
        assertThat(otherSeed).isNotEqualTo(once);
        assertThat(once.values()).contains(200, 403, 500);
    }

    @Test
    void ratesHoldOnAverage() {
        FaultPlan plan = new FaultPlan(
                42, Map.of(Behaviour.DECLINED, new BigDecimal("0.05"), Behaviour.GARBAGE, new BigDecimal("0.2")));
        int declined = 0;
        int garbage = 0;
        for (int i = 0; i < 20_000; i++) {
            Behaviour drawn = plan.choose(Operation.CONFIRM, "pay-" + i, 1);
            declined += drawn == Behaviour.DECLINED ? 1 : 0;
            garbage += drawn == Behaviour.GARBAGE ? 1 : 0;
        }
        assertThat(declined).isCloseTo(1_000, within(150));
        assertThat(garbage).isCloseTo(4_000, within(300));
    }

    @Test
    void attemptsAreDrawnIndependentlySoThatARetrySucceeds() {
        FaultPlan plan = new FaultPlan(3, Map.of(Behaviour.TIMEOUT_BEFORE_CHARGE, new BigDecimal("0.5")));
        int failedTenTimes = 0;
        for (int i = 0; i < 500; i++) {
            boolean always = true;
            for (int attempt = 1; attempt <= 10; attempt++) {
                always &= plan.choose(Operation.CONFIRM, "pay-" + i, attempt) != null;
            }
            failedTenTimes += always ? 1 : 0;
        }
        assertThat(failedTenTimes).isLessThan(5);
    }

    @Test
    void planIsReturnedSurvivesARestartAndCanBeSwitchedOff() throws Exception {
        String all = "{\"seed\":9,\"rates\":{\"error_after_charge\":1,\"garbage\":0}}";
        try (PspSimulator simulator = start(folder)) {
            PspClient psp = new PspClient(simulator.port());
            assertThat(psp.put("/simulator/faults", all).status()).isEqualTo(200);
            assertThat(psp.confirm("pay-1", "order-1001", "100", null).status()).isEqualTo(500);
        }
        try (PspSimulator simulator = start(folder)) {
            PspClient psp = new PspClient(simulator.port());
            assertThat(psp.get("/simulator/faults").json().toString())
                    .contains("\"seed\":9", "\"rates\":{\"error_after_charge\":1}");
            assertThat(psp.get("/v1/payments/pay-1").status()).isEqualTo(500);
            psp.put("/simulator/faults", "{}");
            assertThat(psp.get("/v1/payments/pay-1").status()).isEqualTo(200);
            psp.put("/simulator/faults", all);
            psp.put("/simulator/faults", "{\"seed\":9,\"rates\":{\"error_after_charge\":0}}");
            assertThat(psp.confirm("pay-2", "order-1002", "100", null).status()).isEqualTo(200);
            assertThat(psp.get("/simulator/charges").json()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "7",
                "",
                "{\"rate\":{}}",
                "{\"seed\":\"x\"}",
                "{\"seed\":1.5}",
                "{\"rates\":[]}",
                "{\"rates\":{\"explode\":0.1}}",
                "{\"rates\":{\"garbage\":-0.1}}",
                "{\"rates\":{\"garbage\":1.1}}",
                "{\"rates\":{\"garbage\":\"0.5\"}}",
                "{\"rates\":{\"garbage\":0.1234567}}",
                "{\"rates\":{\"garbage\":0.6,\"declined\":0.5}}",
                "{\"seed\":99999999999999999999}"
            })
    void invalidPlanIsRejectedAndChangesNothing(String body) throws Exception {
        try (PspSimulator simulator = start(folder)) {
            PspClient psp = new PspClient(simulator.port());
            PspClient.Reply reply = psp.put("/simulator/faults", body);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.json().path("message").asText()).isNotBlank();
            assertThat(psp.get("/simulator/faults").json().path("rates")).isEmpty();
        }
    }

    private Map<String, Integer> statusesOf(long seed, String name, long shuffle) throws Exception {
        Map<String, Integer> statuses = new ConcurrentSkipListMap<>();
        List<Integer> payments = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            payments.add(i);
        }
        Collections.shuffle(payments, new Random(shuffle));
        try (PspSimulator simulator = start(folder.resolve(name))) {
            PspClient psp = new PspClient(simulator.port());
            psp.put("/simulator/faults", HALF.formatted(seed));
            try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
                for (int i : payments) {
                    Future<?> unused = clients.submit(() -> statuses.put(
                            "pay-" + i,
                            psp.confirm("pay-" + i, "order-" + i + "-000", "100", name + i)
                                    .status()));
                }
            }
        }
        assertThat(statuses).hasSize(120);
        return new TreeMap<>(statuses);
    }

    private static PspSimulator start(Path folder) throws Exception {
        return PspSimulator.start(0, PspClient.SECRET, folder, Clock.systemUTC(), PspSimulator.Delays.DEFAULT);
    }
}
