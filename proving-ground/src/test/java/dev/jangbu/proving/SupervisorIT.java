package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The stack recovers from crashes of its parts and of its supervisor, and its data survives an orderly stop.
 *
 * <p>By its name this class runs after the other classes that share the stack, and leaves it stopped: the tests with
 * stacks of their own then have the machine for themselves.
 */
class SupervisorIT {

    /** For failures, like {@link Shop#SETTLE_LIMIT}. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** The parts that a read of a payment needs. */
    private static final List<String> READ_PATH = List.of("postgres", "kafka", "registry", "payment-api");

    @Test
    void dataSurvivesCrashesTheDeathOfTheSupervisorAndAnOrderlyStop(@TempDir Path otherDirectory) throws Exception {
        SharedStack stack = SharedStack.running();
        String first = completedPayment(stack);
        refusesASecondStackOnItsPorts(stack, otherDirectory);
        refusesASecondStackOnItsData(stack);
        recoversFromCrashesDuringConfirmations(stack);

        List<ProcessHandle> orphans = stack.killSupervisor9();
        awaitEnd(orphans);
        stack.startAgain(SharedStack.PARTS);
        assertThat(stack.api().get("/payments/" + first).text("status")).isEqualTo("COMPLETED");
        String second = completedPayment(stack);
        auditCommandReportsItsOutcome(stack, otherDirectory);

        stopsInOrder(stack);
        stack.startAgain(READ_PATH);
        assertThat(stack.api().get("/payments/" + first).text("status")).isEqualTo("COMPLETED");
        assertThat(stack.api().get("/payments/" + second).text("status")).isEqualTo("COMPLETED");
        assertThat(stack.stop()).isZero();
    }

    /** Starts the whole stack again, which the test above does after the death of the supervisor only. */
    @Test
    @Tag("proof")
    void theWholeStackWorksAfterAnOrderlyStop() throws Exception {
        SharedStack stack = SharedStack.running();
        String first = completedPayment(stack);

        stopsInOrder(stack);
        stack.startAgain(SharedStack.PARTS);

        assertThat(stack.api().get("/payments/" + first).text("status")).isEqualTo("COMPLETED");
        completedPayment(stack);
        AuditAssertions.assertThatAllHolds(stack.address(), "after an orderly stop");
    }

    private static void stopsInOrder(SharedStack stack) {
        List<ProcessHandle> parts = SharedStack.PARTS.stream()
                .map(stack::process)
                .flatMap(Optional::stream)
                .toList();
        assertThat(parts).hasSize(SharedStack.PARTS.size());
        assertThat(stack.stop()).isZero();
        assertThat(parts).noneMatch(ProcessHandle::isAlive);
        assertThat(stack.data().resolve("dev.json")).doesNotExist();
    }

    private static void auditCommandReportsItsOutcome(SharedStack stack, Path otherDirectory) throws IOException {
        EphemeralStack.CommandResult audit = stack.run(
                "audit", "--deep", "--wait", "360", "--data", stack.data().toString());
        assertThat(audit.exitCode()).as(audit.output()).isZero();
        assertThat(audit.output()).contains("All of them hold.").doesNotContain("BROKEN", "Exception");

        EphemeralStack.CommandResult noStack = stack.run("audit", "--data", otherDirectory.toString());
        assertThat(noStack.exitCode()).isEqualTo(2);
        assertThat(noStack.output()).contains("No stack is ready").doesNotContain("Exception");
    }

    private static void refusesASecondStackOnItsPorts(SharedStack stack, Path otherDirectory) throws IOException {
        EphemeralStack.CommandResult up = stack.run("up", "--data", otherDirectory.toString());

        assertThat(up.exitCode()).isEqualTo(1);
        assertThat(up.output())
                .contains("Port " + URI.create(stack.address().api()).getPort())
                .contains(PartName.PAYMENT_API.portVariable())
                .doesNotContain("Exception");
    }

    private static void refusesASecondStackOnItsData(SharedStack stack) throws IOException {
        EphemeralStack.CommandResult up = stack.run("up", "--data", stack.data().toString());

        assertThat(up.exitCode()).isEqualTo(1);
        assertThat(up.output()).contains("already running").doesNotContain("Exception");
    }

    /** Both recoveries wait for the end of a lease, so they are awaited together. */
    private static void recoversFromCrashesDuringConfirmations(SharedStack stack) throws Exception {
        try (HttpApi api = stack.api()) {
            Shop shop = new Shop(api);
            Confirmation withoutApi = paymentApiDiesDuringTheCallOfThePsp(stack, api, shop);
            Confirmation withoutDatabase = databaseDiesAfterTheCharge(stack, api, shop);

            shop.awaitStatus(withoutApi.paymentId(), "COMPLETED");
            Response repeated = withoutApi.repeat(shop);
            assertThat(repeated.status()).isEqualTo(200);
            assertThat(repeated.headers().firstValue("Idempotency-Replayed")).hasValue("true");

            await("the same key gets the outcome")
                    .atMost(LIMIT)
                    .ignoreExceptions()
                    .until(() -> withoutDatabase.repeat(shop).status() == 200);
            shop.awaitStatus(withoutDatabase.paymentId(), "COMPLETED");
        }
    }

    private record Confirmation(String paymentId, String idempotencyKey, String paymentKey) {

        private static final long AMOUNT_MINOR = 9_000;

        static Confirmation of(Shop shop, String seller, String behaviour) {
            String id = shop.awaitCreated(seller, AMOUNT_MINOR);
            return new Confirmation(id, UUID.randomUUID().toString(), behaviour + "_" + id);
        }

        Response repeat(Shop shop) throws IOException {
            return shop.confirm(paymentId, idempotencyKey, paymentKey, AMOUNT_MINOR);
        }
    }

    /** The PSP has charged and payment-api dies before it gets the response: its recovery inquires later. */
    private static Confirmation paymentApiDiesDuringTheCallOfThePsp(SharedStack stack, HttpApi api, Shop shop)
            throws Exception {
        Confirmation confirmation = Confirmation.of(shop, "seller-crash", "sim_timeout_after_charge");
        ProcessHandle before = stack.process("payment-api").orElseThrow();
        Thread client = Thread.ofVirtual().start(() -> {
            try {
                confirmation.repeat(shop);
            } catch (IOException e) {
                // Expected: the server dies.
            }
        });
        awaitExecuting(api, confirmation);
        stack.kill9("payment-api");
        client.join();
        stack.awaitRestartOf("payment-api", before);
        return confirmation;
    }

    /** The PSP has charged and the outcome cannot be recorded: the same key gets the outcome later. */
    private static Confirmation databaseDiesAfterTheCharge(SharedStack stack, HttpApi api, Shop shop) throws Exception {
        Confirmation confirmation = Confirmation.of(shop, "seller-lost", "sim_slow");
        ProcessHandle before = stack.process("postgres").orElseThrow();
        try (ExecutorService client = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Response> confirming = client.submit(() -> confirmation.repeat(shop));
            awaitExecuting(api, confirmation);
            // Repeatedly until the response is there: a restarted server would record the outcome.
            while (!confirming.isDone()) {
                stack.process("postgres").ifPresent(ProcessHandle::destroyForcibly);
                Thread.onSpinWait();
            }
            Response lost = confirming.get();
            assertThat(lost.status()).as("%s", lost).isEqualTo(503);
            assertThat(lost.text("code")).isEqualTo("outcome-not-recorded");
            assertThat(lost.headers().firstValue("Retry-After")).isPresent();
        }
        stack.awaitRestartOf("postgres", before);
        return confirmation;
    }

    private static void awaitExecuting(HttpApi api, Confirmation confirmation) {
        await("the payment is at the PSP")
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> api.get("/payments/" + confirmation.paymentId())
                        .text("status")
                        .equals("EXECUTING"));
    }

    private static void awaitEnd(List<ProcessHandle> processes) {
        await("no orphan is left").atMost(LIMIT).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static String completedPayment(SharedStack stack) throws IOException {
        try (HttpApi api = stack.api()) {
            Shop shop = new Shop(api);
            String id = shop.awaitCreated("seller-life", 1_000);
            assertThat(shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 1_000)
                            .status())
                    .isEqualTo(200);
            shop.awaitStatus(id, "COMPLETED");
            return id;
        }
    }

    @Test
    void aMissingJdkIsReportedWithTheRemedy(@TempDir Path empty) throws IOException {
        Path output = empty.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(
                        "/bin/sh",
                        SharedStack.home()
                                .toAbsolutePath()
                                .normalize()
                                .resolve("jangbu")
                                .toString(),
                        "up")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", empty.toString());
        builder.environment().put("HOME", empty.toString());
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("JANGBU_JDK_PLACES", empty.toString());
        Process process = builder.start();

        await().atMost(LIMIT).until(() -> !process.isAlive());

        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(output)).contains("JDK 25").contains("JAVA_HOME");
    }
}
