package dev.jangbu.proving.audit;

import static dev.jangbu.proving.Shop.line;
import static dev.jangbu.proving.Shop.newOrderId;
import static dev.jangbu.proving.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.Shop;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever judges a stack that isn't quiet must not take for broken what is only on its way. */
@Tag("proof")
class OutageIsNoBreachIT {

    private static OwnStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = new OwnStack(Path.of(System.getProperty("jangbu.home", "..")), false);
        assertThat(audit(Duration.ofSeconds(60)).outcome()).isEqualTo(AuditReport.Outcome.HOLDS);
    }

    @AfterAll
    static void stop() throws IOException {
        stack.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "streams-processor", "ledger-service"})
    void whatAPartThatStandsStillHasNotBroughtIsNotMissed(String part) throws Exception {
        pay("before");
        long pid = stack.process(part).orElseThrow().pid();
        signal("-STOP", pid);
        AuditReport meanwhile;
        try {
            pay("meanwhile");
            meanwhile = audit(Duration.ofSeconds(3));
        } finally {
            signal("-CONT", pid);
        }
        AuditReport afterwards = audit(Duration.ofSeconds(90));

        assertThat(meanwhile.outcome()).as("%s", meanwhile).isEqualTo(AuditReport.Outcome.NOT_QUIET);
        assertThat(meanwhile.findings()).hasSizeGreaterThan(10).allMatch(Finding::holds);
        assertThat(afterwards.outcome()).as("%s", afterwards).isEqualTo(AuditReport.Outcome.HOLDS);
    }

    private static void pay(String seller) throws IOException {
        StackAddress address = stack.address();
        try (HttpApi api = new HttpApi(address.api(), address.apiKey())) {
            Shop shop = new Shop(api);
            String id =
                    shop.create(order(newOrderId(), line(seller + "-a", 12_000, 600), line(seller + "-b", 8_000, 0)));
            assertThat(shop.confirm(id, UUID.randomUUID().toString(), "outage_" + id, 20_000)
                            .status())
                    .isEqualTo(200);
        }
    }

    private static AuditReport audit(Duration patience) throws Exception {
        try (Progress progress = new Progress(line -> {})) {
            return new Audit(stack.address(), patience, true, progress).run();
        }
    }

    private static void signal(String signal, long pid) throws Exception {
        new ProcessBuilder("kill", signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
    }
}
