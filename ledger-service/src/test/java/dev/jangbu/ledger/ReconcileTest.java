package dev.jangbu.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Line;
import dev.jangbu.ledger.journal.RandomEntries;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.ledger.posting.BookFiller;
import dev.jangbu.testsupport.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reconciles files without and with each kind of difference with a ledger of payments, refunds and payouts. */
final class ReconcileTest {

    private static final String HEADER = "transactionKey,type,reference,paymentKey,orderId,currency,amount,at";

    private static final RandomEntries ENTRIES = new RandomEntries(99, 2, 10);
    private static final List<String> ROWS = new ArrayList<>();
    private static Entry aRefund;

    @TempDir
    private Path directory;

    @BeforeAll
    static void givenALedger() {
        LedgerDatabase.fresh();
        List<Entry> entries = ENTRIES.next(300);
        // And a payment of two parts with a single charge at the provider.
        UUID payment = UUID.randomUUID();
        List<Entry> parts = List.of(part(payment, "part-a", 700), part(payment, "part-b", 300));
        try (BookFiller books = new BookFiller()) {
            books.post(entries, ENTRIES::book);
            books.post(parts, ENTRIES::book);
        }
        ROWS.add(row("CHARGE", "confirm:" + payment, "KRW", 1_000));
        for (Entry entry : entries) {
            long amount = -RandomEntries.net(entry.lines(), "psp:toss:receivable");
            switch (entry.kind()) {
                case PAYMENT -> ROWS.add(row("CHARGE", "confirm:" + entry.referenceId(), entry.currency(), amount));
                case REFUND -> {
                    aRefund = entry;
                    ROWS.add(row("CANCEL", "refund:" + entry.referenceId(), entry.currency(), -amount));
                }
                case PAYOUT, UNKNOWN -> {}
            }
        }
    }

    @Test
    void anEqualFileAgrees() throws IOException {
        CommandRun run = reconcile(ROWS);

        assertThat(run.out()).contains("The file and the ledger agree").containsPattern("matched +" + ROWS.size());
        assertThat(run.exit()).isZero();
    }

    @Test
    void orderOfRowsAndOtherColumnsAreIgnored() throws IOException {
        Path file = directory.resolve("other.csv");
        List<String> lines = new ArrayList<>(List.of("amount,currency,note,reference,type"));
        for (String row : ROWS.reversed()) {
            String[] fields = row.split(",", -1);
            lines.add("%s,%s,\"a \"\"note\"\", with a comma\",%s,%s"
                    .formatted(fields[6], fields[5], fields[2], fields[1]));
        }
        Files.write(file, lines);

        assertThat(run(file).exit()).isZero();
    }

    @Test
    void eachKindOfDifferenceIsNamed() throws IOException {
        List<String> rows = new ArrayList<>(ROWS);
        String removed =
                rows.stream().filter(row -> row.contains("CHARGE")).toList().get(40);
        rows.remove(removed);
        String refund = rows.stream()
                .filter(row -> row.contains(aRefund.referenceId().toString()))
                .findFirst()
                .orElseThrow();
        String[] fields = refund.split(",", -1);
        rows.set(rows.indexOf(refund), row("CANCEL", fields[2], fields[5], Long.parseLong(fields[6]) + 1));
        UUID unknown = UUID.randomUUID();
        rows.add(row("CHARGE", "confirm:" + unknown, "KRW", 5));
        rows.add(row("CHARGE", "", "KRW", 6));

        CommandRun run = reconcile(rows);

        assertThat(run.out())
                .containsPattern("missing here +2")
                .containsPattern("missing there +1")
                .containsPattern("different amount +1")
                .contains("missing here: CHARGE of 5 KRW, " + unknown)
                .contains("missing here: CHARGE of 6 KRW in line " + (rows.size() + 1) + " has an unknown reference")
                .contains("missing there: PAYMENT " + removed.split(",", -1)[2].replace("confirm:", ""))
                .contains("different amount: REFUND " + aRefund.referenceId())
                .contains("the file has " + (Long.parseLong(fields[6]) + 1));
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void aChargeSettledTwiceDiffers() throws IOException {
        List<String> rows = new ArrayList<>(ROWS);
        rows.add(rows.get(3));

        CommandRun run = reconcile(rows);

        assertThat(run.out()).containsPattern("different amount +1").contains("2 lines from 5");
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void journalsOutsideOfTheFilesPeriodAreNotMissing() throws IOException {
        List<String> none = List.of();

        assertThat(reconcile(none, "--until", "2025-12-31T00:00:00Z").exit()).isZero();
        assertThat(reconcile(none, "--from", "2100-01-01T00:00:00+09:00").exit())
                .isZero();
        assertThat(reconcile(none).exit()).isEqualTo(1);
        assertThat(reconcile(none, "--psp", "another").exit()).isZero();
    }

    @Test
    void malformedFilesAreRefusedWithTheLine() throws IOException {
        assertThat(reconcile(List.of(row("CHARGE", "confirm:x", "KRW", 1), row("GIFT", "", "KRW", 1)))
                        .err())
                .contains("Line 3", "CHARGE or CANCEL");
        for (String wrong : new String[] {
            row("CHARGE", "", "KRW", 0),
            row("CHARGE", "", "KRW", -3),
            row("CHARGE", "", "won", 3),
            "k,CHARGE,,p,o,KRW,12.5,t",
            "k,CHARGE"
        }) {
            CommandRun run = reconcile(List.of(wrong));
            assertThat(run.err()).as(wrong).contains("Line 2");
            assertThat(run.exit()).isEqualTo(2);
        }
        Path headless = directory.resolve("headless.csv");
        Files.write(headless, List.of("CHARGE,confirm:1,KRW,5"));
        assertThat(run(headless).err()).contains("the header must name the columns");
        assertThat(run(directory.resolve("none.csv")).exit()).isEqualTo(2);
    }

    private static Entry part(UUID payment, String seller, long amount) {
        Entry one = TestEntries.of(
                seller,
                1,
                amount,
                new Line("psp:toss:receivable", Side.DEBIT, amount),
                new Line("seller:" + seller + ":payable", Side.CREDIT, amount));
        return new Entry(
                one.settlementId(),
                SettlementKind.PAYMENT,
                payment,
                2,
                null,
                one.currency(),
                one.lines(),
                one.walletId(),
                one.balanceAfterMinor(),
                one.walletVersion(),
                one.occurredAt(),
                one.recordedAt());
    }

    private static String row(String type, String reference, String currency, long amount) {
        return "KEY,%s,%s,pk-1,order-1001,%s,%d,2026-01-31T09:00:00Z".formatted(type, reference, currency, amount);
    }

    private CommandRun reconcile(List<String> rows, String... options) throws IOException {
        Path file = directory.resolve("settlement.csv");
        List<String> lines = new ArrayList<>(List.of(HEADER));
        lines.addAll(rows);
        Files.write(file, lines);
        return run(file, options);
    }

    private static CommandRun run(Path file, String... options) {
        List<String> args = new ArrayList<>(List.of("reconcile", file.toString()));
        args.addAll(List.of(options));
        return CommandRun.of(
                CommandRun.installation(TestPostgres.address(), "127.0.0.1:1"), args.toArray(String[]::new));
    }
}
