package dev.jangbu.proving.audit;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.newOrderId;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit does not report the pending output of a paused part as missing. */
@Tag("proof")
class OutageIsNotViolationIT {

    /** For failures: the stack becomes quiet in a fraction of it. */
    private static final Duration QUIET_LIMIT = Duration.ofMinutes(5);

    private static EphemeralStack stack;

    @BeforeAll
    static void start() throws Exception {
        stack = new EphemeralStack(SharedStack.home(), false);
        assertThat(audit(QUIET_LIMIT).outcome()).isEqualTo(AuditReport.Outcome.HOLDS);
    }

    @AfterAll
    static void stop() throws IOException {
        stack.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "streams-processor", "ledger-service"})
    void pendingOutputOfAPausedPartIsNoViolation(String part) throws Exception {
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
        AuditReport afterwards = audit(QUIET_LIMIT);

        assertThat(meanwhile.outcome()).as("%s", meanwhile).isEqualTo(AuditReport.Outcome.NOT_QUIET);
        assertThat(meanwhile.findings()).hasSizeGreaterThan(10).allMatch(Finding::holds);
        assertThat(afterwards.outcome()).as("%s", afterwards).isEqualTo(AuditReport.Outcome.HOLDS);
    }

    private static void pay(String seller) throws IOException {
        Installation address = stack.address();
        try (HttpApi api = new HttpApi(address.api(), address.apiKey())) {
            Shop shop = new Shop(api);
            String id =
                    shop.create(order(newOrderId(), line(seller + "-a", 12_000, 600), line(seller + "-b", 8_000, 0)));
            assertThat(shop.confirm(id, UUID.randomUUID().toString(), "outage_" + id, 20_000)
                            .status())
                    .isEqualTo(200);
        }
    }

    private static AuditReport audit(Duration quietLimit) throws Exception {
        try (ProgressReporter progress = new ProgressReporter(line -> {})) {
            return new Audit(stack.address(), quietLimit, true, progress).run();
        }
    }

    private static void signal(String signal, long pid) throws Exception {
        new ProcessBuilder("kill", signal, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
    }
}
