package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettlementFileTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T20:30:15.250Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    @Test
    void reportHasARowForEachChargeAndCancelAlsoAfterARestart() throws Exception {
        String file;
        try (PspSimulator simulator = start()) {
            PspClient psp = new PspClient(simulator.port(), Duration.ofSeconds(10));
            psp.confirm("pk-1", "order-1001", "12000", "confirm:payment-1");
            psp.confirm("sim_declined_1", "order-1002", "1000", "confirm:payment-2");
            psp.confirm("pk,_3", "order-1003", "12.30", null);
            psp.cancel("pk-1", "400", "refund:refund-1");
            psp.cancel("pk-1", "400", "refund:refund-1");
            psp.cancel("pk-1", "100", null);
            psp.cancel("pk-1", "99999", "refund:refund-2");
            file = psp.get("/simulator/settlement.csv").text();
        }

        assertThat(file.lines().map(line -> line.replaceFirst("^[0-9A-F]{32},", "")))
                .containsExactly(
                        "transactionKey,type,reference,paymentKey,orderId,currency,amount,at",
                        "CHARGE,confirm:payment-1,pk-1,order-1001,KRW,12000,2026-11-22T20:30:15.250Z",
                        "CANCEL,refund:refund-1,pk-1,order-1001,KRW,400,2026-11-22T20:30:15.250Z",
                        "CANCEL,,pk-1,order-1001,KRW,100,2026-11-22T20:30:15.250Z",
                        "CHARGE,,\"pk,_3\",order-1003,USD,1230,2026-11-22T20:30:15.250Z");
        try (PspSimulator simulator = start()) {
            PspClient psp = new PspClient(simulator.port());
            assertThat(psp.get("/simulator/settlement.csv").text()).isEqualTo(file);
        }
    }

    private PspSimulator start() throws Exception {
        return PspSimulator.start(0, PspClient.SECRET, folder, CLOCK, PspSimulator.Delays.DEFAULT);
    }
}
