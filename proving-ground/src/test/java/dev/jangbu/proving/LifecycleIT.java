package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.HttpApi.Answer;
import dev.jangbu.proving.stack.OwnStack;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack comes and goes, by its own will or by force, and its data stays. */
class LifecycleIT {

    @Test
    void theDataSurvivesAnOrderlyStopAndTheDeathOfTheSupervisor(@TempDir Path elsewhere) throws Exception {
        LocalStack stack = LocalStack.shared();
        String first = completedPayment(stack);
        refusesASecondStackOnItsPorts(stack, elsewhere);
        refusesASecondStackOnItsData(stack);
        diesInTheMiddleOfAConfirmationAndHeals(stack);
        losesItsDatabaseAfterTheChargeAndHeals(stack);

        List<ProcessHandle> parts = LocalStack.PARTS.stream()
                .map(stack::process)
                .flatMap(Optional::stream)
                .toList();
        assertThat(parts).hasSize(LocalStack.PARTS.size());
        assertThat(stack.stop()).isZero();
        assertThat(parts).noneMatch(ProcessHandle::isAlive);
        assertThat(stack.data().resolve("dev.json")).doesNotExist();

        stack.startAgain();
        assertThat(stack.api().get("/payments/" + first).text("status")).isEqualTo("COMPLETED");
        String second = completedPayment(stack);

        List<ProcessHandle> orphans = stack.killSupervisor9();
        await("no orphan is left").atMost(Duration.ofSeconds(60)).until(() -> orphans.stream()
                .noneMatch(ProcessHandle::isAlive));
        stack.startAgain();
        assertThat(stack.api().get("/payments/" + second).text("status")).isEqualTo("COMPLETED");
        completedPayment(stack);
        auditsItselfByCommand(stack, elsewhere);
    }

    private static void auditsItselfByCommand(LocalStack stack, Path elsewhere) throws IOException {
        OwnStack.Ran audited =
                stack.run(Map.of(), "audit", "--deep", "--data", stack.data().toString());
        assertThat(audited.exitCode()).as(audited.output()).isZero();
        assertThat(audited.output()).contains("All of them hold.").doesNotContain("BROKEN", "Exception");

        OwnStack.Ran nothing = stack.run(Map.of(), "audit", "--data", elsewhere.toString());
        assertThat(nothing.exitCode()).isEqualTo(2);
        assertThat(nothing.output()).contains("no stack is ready").doesNotContain("Exception");
    }

    private static void refusesASecondStackOnItsPorts(LocalStack stack, Path elsewhere) throws IOException {
        OwnStack.Ran ran = stack.run(Map.of(), "up", "--data", elsewhere.toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.output())
                .contains("Port " + URI.create(stack.address().api()).getPort())
                .contains(LocalStack.portVariable("payment-api"))
                .doesNotContain("Exception");
    }

    private static void refusesASecondStackOnItsData(LocalStack stack) throws IOException {
        OwnStack.Ran ran = stack.run(Map.of(), "up", "--data", stack.data().toString());

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.output()).contains("already running").doesNotContain("Exception");
    }

    /** Where the PSP has charged and payment-api dies before it hears of it, the recovery asks. */
    private static void diesInTheMiddleOfAConfirmationAndHeals(LocalStack stack) throws Exception {
        try (HttpApi api = stack.api()) {
            Shop shop = new Shop(api);
            String id = shop.create("seller-crash", 9_000);
            String key = UUID.randomUUID().toString();
            ProcessHandle before = stack.process("payment-api").orElseThrow();
            Thread client = Thread.ofVirtual().start(() -> {
                try {
                    shop.confirm(id, key, "sim_timeout_after_charge_" + id, 9_000);
                } catch (IOException broken) {
                    // The server died: that is the point.
                }
            });
            await("the payment is at the PSP")
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> api.get("/payments/" + id).text("status").equals("EXECUTING"));
            stack.kill9("payment-api");
            client.join();
            stack.awaitRestartOf("payment-api", before);

            await("the recovery finds the charge")
                    .atMost(Duration.ofSeconds(90))
                    .ignoreExceptions()
                    .until(() -> api.get("/payments/" + id).text("status").equals("COMPLETED"));
            Answer repeated = shop.confirm(id, key, "sim_timeout_after_charge_" + id, 9_000);
            assertThat(repeated.status()).isEqualTo(200);
            assertThat(repeated.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        }
    }

    /** Where the PSP has charged and the outcome can't be written down, the same key gets it later. */
    private static void losesItsDatabaseAfterTheChargeAndHeals(LocalStack stack) throws Exception {
        try (HttpApi api = stack.api();
                ExecutorService client = Executors.newVirtualThreadPerTaskExecutor()) {
            Shop shop = new Shop(api);
            String id = shop.create("seller-lost", 9_000);
            String key = UUID.randomUUID().toString();
            ProcessHandle before = stack.process("postgres").orElseThrow();
            Future<Answer> confirming = client.submit(() -> shop.confirm(id, key, "sim_slow_" + id, 9_000));
            await("the payment is at the PSP")
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> api.get("/payments/" + id).text("status").equals("EXECUTING"));
            // Again and again until the answer is there: a server that is back too soon would record the outcome.
            while (!confirming.isDone()) {
                stack.process("postgres").ifPresent(ProcessHandle::destroyForcibly);
                Thread.onSpinWait();
            }
            Answer lost = confirming.get();
            assertThat(lost.status()).as("%s", lost).isEqualTo(503);
            assertThat(lost.text("code")).isEqualTo("outcome-not-recorded");
            assertThat(lost.headers().firstValue("Retry-After")).isPresent();
            stack.awaitRestartOf("postgres", before);

            await("the same key gets the outcome")
                    .atMost(Duration.ofSeconds(90))
                    .ignoreExceptions()
                    .until(() -> shop.confirm(id, key, "sim_slow_" + id, 9_000).status() == 200);
            assertThat(api.get("/payments/" + id, "Prefer", "wait=30").text("status"))
                    .isEqualTo("COMPLETED");
        }
    }

    private static String completedPayment(LocalStack stack) throws IOException {
        try (HttpApi api = stack.api()) {
            Shop shop = new Shop(api);
            String id = shop.create("seller-life", 1_000);
            Answer answer = shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 1_000, "Prefer", "wait=30");
            assertThat(answer.text("status")).as("%s", answer).isEqualTo("COMPLETED");
            return id;
        }
    }

    @Test
    void aMissingJdkIsSaidWithWhatToDo(@TempDir Path empty) throws IOException {
        Path home = Path.of(System.getProperty("jangbu.home", ".."))
                .toAbsolutePath()
                .normalize();
        Path output = empty.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(
                        "/bin/sh", home.resolve("jangbu").toString(), "up")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", empty.toString());
        builder.environment().put("HOME", empty.toString());
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("JANGBU_JDK_PLACES", empty.toString());
        Process process = builder.start();

        await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive());

        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(Files.readString(output)).contains("JDK 25").contains("JAVA_HOME");
    }
}
