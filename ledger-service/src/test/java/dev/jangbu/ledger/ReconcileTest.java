package dev.jangbu.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.NameBasedId;
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
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reconciles files without and with each kind of difference with a ledger of payments, refunds and payouts. */
final class ReconcileTest {

    private static final String HEADER = "transactionKey,type,reference,paymentKey,orderId,currency,amount,at";

    private static final RandomEntries ENTRIES = new RandomEntries(99, 2, 10);
    private static final List<String> ROWS = new ArrayList<>();
    private static Entry aRefund;

    /** A payment of 1,000 and a refund of 400 at another provider, by the names of their movements. */
    private static final Entry SHOP_PAYMENT = shop(
            NameBasedId.ofChargedLine("shop", "pk-9", "1"),
            SettlementKind.PAYMENT,
            TestEntries.of(
                    "shop-seller",
                    1,
                    1_000,
                    new Line("psp:shop:receivable", Side.DEBIT, 1_000),
                    new Line("seller:shop-seller:payable", Side.CREDIT, 1_000)));

    private static final Entry SHOP_REFUND = shop(
            NameBasedId.ofCanceledLine("shop", "tx-9", "3"),
            SettlementKind.REFUND,
            TestEntries.of(
                    "shop-seller",
                    2,
                    600,
                    new Line("seller:shop-seller:payable", Side.DEBIT, 400),
                    new Line("psp:shop:receivable", Side.CREDIT, 400)));

    private static final String TOSS_HEADER =
            "mId,paymentKey,transactionKey,orderId,currency,method,amount,interestFee,fee,supplyAmount,vat,payOutAmount,"
                    + "approvedAt,soldDate,paidOutDate";

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
            books.post(List.of(SHOP_PAYMENT, SHOP_REFUND), ENTRIES::book);
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"; | ,", "; | .", "'\t' | .", "',' | ."},
            ignoreLeadingAndTrailingWhitespace = true)
    void filesOfBanksAgree(String separator, String point) throws IOException {
        StringBuilder text = new StringBuilder("\uFEFF" + HEADER.replace(",", separator) + "\r\n");
        for (String row : ROWS) {
            String[] fields = row.split(",", -1);
            if (fields[5].equals("USD")) {
                fields[6] = new BigDecimal(fields[6])
                        .movePointLeft(2)
                        .setScale(2)
                        .toPlainString()
                        .replace(".", point);
            }
            text.append(String.join(separator, fields)).append("\r\n");
        }
        text.append("\r\n");
        Path file = directory.resolve("bank.csv");
        Files.writeString(file, text);

        CommandRun run = run(file);

        assertThat(run.out()).contains("The file and the ledger agree").containsPattern("matched +" + ROWS.size());
        assertThat(run.exit()).isZero();
    }

    @Test
    void amountsOfTwoMeaningsAreRefused() throws IOException {
        CommandRun run = reconcile(List.of(row("CHARGE", "", "USD", 10), "k,CHARGE,,p,o,USD,12.30,t"));

        assertThat(run.err()).contains("Line 3", "line 2 has none");
        assertThat(run.exit()).isEqualTo(2);
    }

    @Test
    void settlementsOfTossAreMatchedByTheNamesOfTheMovements() throws IOException {
        Path csv = directory.resolve("toss.csv");
        Files.write(
                csv,
                List.of(
                        TOSS_HEADER,
                        "m,pk-9,tx-1,order-1001,KRW,카드,1000,0,11,10,1,989,2026-01-31T09:00:00+09:00,2026-01-31,2026-02-02",
                        "m,pk-9,tx-9,order-1001,KRW,카드,-400,0,-4,-4,0,-396,2026-01-31T09:00:00+09:00,2026-01-31,2026-02-02"));
        Path json = directory.resolve("toss.json");
        Files.writeString(json, """
                \uFEFF [{"paymentKey":"pk-9","transactionKey":"tx-1","currency":"KRW","amount":1000.0,"cancel":null,
                   "fees":[{"type":"BASE","fee":11}],"payOutAmount":989}]
                [{"paymentKey":"pk-9","transactionKey":"tx-9","currency":"KRW","amount":-400,
                  "cancel":{"transactionKey":"tx-9","cancelAmount":400}}]
                """);

        for (Path file : List.of(csv, json)) {
            CommandRun run = run(file, "--psp", "shop");
            assertThat(run.out())
                    .as(run.err())
                    .contains("The file and the ledger agree")
                    .containsPattern("matched +2");
            assertThat(run.exit()).isZero();
        }
    }

    @Test
    void aCancellationAtTheConsoleIsNamed() throws IOException {
        Path file = directory.resolve("toss.csv");
        Files.write(
                file,
                List.of(
                        TOSS_HEADER,
                        "m,pk-9,tx-1,order-1001,KRW,카드,1000,0,0,0,0,1000,,,",
                        "m,pk-9,tx-9,order-1001,KRW,카드,-400,0,0,0,0,-400,,,",
                        "m,pk-9,tx-10,order-1001,KRW,카드,-600,0,0,0,0,-600,,,",
                        "m,pk-8,tx-11,order-1002,KRW,카드,50,0,0,0,0,50,,,"));

        CommandRun run = run(file, "--psp", "shop");

        assertThat(run.out())
                .contains(
                        "missing here: CANCEL of 600 KRW in line 4, transaction tx-10, payment key pk-9, is of no refund"
                                + " made here")
                .contains(
                        "missing here: CHARGE of 50 KRW in line 5, transaction tx-11, payment key pk-8, is of no payment"
                                + " made here")
                .containsPattern("matched +2");
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void malformedSettlementsOfTossAreRefused() throws IOException {
        for (String wrong : List.of(
                "m,pk-9,tx-1,o,KRW,카드,0,0,0,0,0,0,,,",
                "m,pk-9,tx-1,o,KRW,카드,1.5,0,0,0,0,0,,,",
                "m,,tx-1,o,KRW,카드,1,0,0,0,0,0,,,",
                "m,pk-9,tx-1,o,XXX,카드,1,0,0,0,0,0,,,",
                "m,pk-9,tx-1,o,KRW,카드,١,0,0,0,0,0,,,")) {
            Path file = directory.resolve("toss.csv");
            Files.write(file, List.of(TOSS_HEADER, wrong));
            CommandRun run = run(file, "--psp", "shop");
            assertThat(run.err()).as(wrong).contains("Line 2");
            assertThat(run.exit()).isEqualTo(2);
        }
        Path json = directory.resolve("toss.json");
        for (String wrong : List.of("[", "[1]", "[{\"paymentKey\":\"p\"}]", "[{]")) {
            Files.writeString(json, wrong);
            assertThat(run(json).exit()).as(wrong).isEqualTo(2);
        }
        Path latin = directory.resolve("latin.csv");
        Files.write(latin, (HEADER + "\nk,CHARGE,,p,Größe,KRW,1,t").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(run(latin).err()).contains("UTF-8");
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
                .contains("missing here: CHARGE of 6 KRW in line " + (rows.size() + 1))
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
            row("CHARGE", "", "XXX", 3),
            "k,CHARGE,,p,o,KRW,٥,t",
            "k,CHARGE,,p,o,KRW,+5,t",
            "k,CHARGE,,p,o,USD,1.234,t",
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

    private static Entry shop(UUID settlementId, SettlementKind kind, Entry entry) {
        return new Entry(
                settlementId,
                kind,
                UUID.randomUUID(),
                1,
                null,
                entry.currency(),
                entry.lines(),
                entry.walletId(),
                entry.balanceAfterMinor(),
                entry.walletVersion(),
                entry.occurredAt(),
                entry.recordedAt());
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
