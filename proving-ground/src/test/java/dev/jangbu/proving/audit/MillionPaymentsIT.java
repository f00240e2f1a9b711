package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.TopicReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Audits a million payments in the heap that the launcher gives to the audit. The payments are written directly into
 * copies of the databases and topics. The PSP's charges and the wallets have no copies, so their invariants are left
 * out.
 */
@Tag("proof")
class MillionPaymentsIT {

    private static final String HEAP = "-Xmx96m";
    private static final Set<String> WITHOUT_COPY =
            Set.of("OneChargePerPayment", "WalletsMatchTheBook", "LedgerRefusesChange");

    @Test
    void aMillionPaymentsAreAuditedInASmallHeap() throws Exception {
        int payments = Integer.getInteger("jangbu.payments", 1_000_000);
        Installation stack = SharedStack.running().address();
        StackCopies copies = StackCopies.of(stack);
        String paymentsCopy = copies.clone(
                StackCopies.PAYMENTS,
                "TRUNCATE payments, payment_lines, refunds, refund_lines, payouts, history, outbox");
        String ledgerCopy = copies.clone(StackCopies.LEDGER, "TRUNCATE journals, lines, books, balances");
        String prefix = "million-";
        new PaymentGenerator(stack, copies, paymentsCopy, ledgerCopy, prefix).write(payments);

        Process audit = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        SharedStack.running().data().toString(),
                        paymentsCopy,
                        ledgerCopy,
                        prefix)
                .redirectErrorStream(true)
                .redirectOutput(new File("target/million-payments.txt"))
                .start();
        boolean ended = audit.waitFor(60, TimeUnit.MINUTES);
        audit.destroyForcibly();

        assertThat(ended).isTrue();
        assertThat(audit.exitValue()).as("see target/million-payments.txt").isZero();
    }

    /**
     * The audit's JVM. Arguments: data directory, name of the payments database, name of the ledger's database, prefix
     * of the topics.
     */
    static final class Main {

        public static void main(String[] args) throws Exception {
            Map<String, String> databases = Map.of(StackCopies.PAYMENTS, args[1], StackCopies.LEDGER, args[2]);
            Installation copy = Installation.ofLocalStack(Path.of(args[0]))
                    .withDatabases(name -> databases.getOrDefault(name, name));
            List<Invariant> invariants = Audit.all().stream()
                    .filter(each -> !WITHOUT_COPY.contains(each.name()))
                    .toList();
            TopicReader topics =
                    new TopicReader(copy, name -> name.equals("settlement.dead-letters") ? name : args[3] + name);
            long begin = System.nanoTime();
            try (ProgressReporter progress = new ProgressReporter(line -> System.out.println(line))) {
                List<Finding> findings = new Audit(copy, topics, Duration.ZERO, progress, invariants).check();
                AuditReport report = AuditReport.of(findings, Duration.ZERO);
                System.out.println(report);
                System.out.printf("%d s in %s, %s%n", (System.nanoTime() - begin) / 1_000_000_000, HEAP, peakMemory());
                System.exit(report.outcome().exitCode());
            }
        }

        /** The peak resident memory of this process on Linux. */
        private static String peakMemory() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> "at most " + line.substring("VmHWM:".length()).strip())
                    .findFirst()
                    .orElse("peak memory unknown");
        }
    }
}
