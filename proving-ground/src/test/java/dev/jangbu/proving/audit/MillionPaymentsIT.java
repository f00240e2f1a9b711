package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.proving.LocalStack;
import dev.jangbu.proving.stack.StackAddress;
import dev.jangbu.proving.stack.TopicReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The audit of a million payments in the heap that the launcher gives it. They are written straight into copies of the databases and
 * topics, so that the PSP's book and the wallets, which have no copies, are left out.
 */
@Tag("proof")
class MillionPaymentsIT {

    private static final String HEAP = "-Xmx160m";
    private static final Set<String> WITHOUT_A_COPY =
            Set.of("OneChargePerPayment", "WalletsMatchTheBook", "LedgerRefusesChange");

    @Test
    void areAuditedInASmallHeap() throws Exception {
        int payments = Integer.getInteger("jangbu.payments", 1_000_000);
        StackAddress stack = LocalStack.shared().address();
        Copies copies = Copies.of(stack);
        StackAddress copy = copies.withLedger(
                copies.withPayments(
                        stack, "TRUNCATE payments, payment_lines, refunds, refund_lines, payouts, history, outbox"),
                "TRUNCATE journals, lines, books, balances");
        String prefix = "million-";
        new ManyPayments(copy, copies, prefix).write(payments);

        Process audit = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        LocalStack.shared().data().toString(),
                        copy.payments(),
                        copy.ledger(),
                        prefix)
                .redirectErrorStream(true)
                .redirectOutput(new File("target/million-payments.txt"))
                .start();
        boolean ended = audit.waitFor(30, TimeUnit.MINUTES);
        audit.destroyForcibly();

        assertThat(ended).isTrue();
        assertThat(audit.exitValue()).as("see target/million-payments.txt").isZero();
    }

    /** The audit in a JVM of its own: data directory, payments' URI, ledger's URI, the topics' prefix. */
    static final class Main {

        public static void main(String[] args) throws Exception {
            StackAddress of = StackAddress.read(Path.of(args[0]));
            StackAddress copy = new StackAddress(
                    of.api(),
                    of.apiKey(),
                    args[1],
                    args[2],
                    of.roles(),
                    of.kafka(),
                    of.registry(),
                    of.connect(),
                    of.simulator());
            List<Invariant> invariants = Audit.everything().stream()
                    .filter(each -> !WITHOUT_A_COPY.contains(each.getClass().getSimpleName()))
                    .toList();
            TopicReader topics =
                    new TopicReader(copy, name -> name.equals("settlement.dead-letters") ? name : args[3] + name);
            long begin = System.nanoTime();
            try (Progress progress = new Progress(line -> System.out.println(line))) {
                List<Finding> findings = new Audit(copy, topics, Duration.ZERO, progress, invariants).check();
                AuditReport report = AuditReport.of(findings, Duration.ZERO);
                System.out.println(report);
                System.out.printf("%d s in %s, %s%n", (System.nanoTime() - begin) / 1_000_000_000, HEAP, peakMemory());
                System.exit(report.outcome().exitCode());
            }
        }

        /** The most memory that this process has held, as Linux counts it. */
        private static String peakMemory() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> "at most " + line.substring("VmHWM:".length()).strip())
                    .findFirst()
                    .orElse("peak memory unknown");
        }
    }
}
