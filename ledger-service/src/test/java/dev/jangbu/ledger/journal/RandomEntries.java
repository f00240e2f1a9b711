package dev.jangbu.ledger.journal;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A seeded sequence of entries: payments, refunds and payouts of random sellers in two currencies, each wallet in the
 * book of its partition. The recording time repeats, jumps, and sometimes steps back.
 */
public final class RandomEntries {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final RandomGenerator random;
    private final int books;
    private final int sellers;
    private final Map<String, Entry> latest = new HashMap<>();
    private long recordedMillis = BEGIN.toEpochMilli();

    public RandomEntries(long seed, int books, int sellers) {
        this.random = new Random(seed);
        this.books = books;
        this.sellers = sellers;
    }

    /** The next entries, in the order of posting. */
    public List<Entry> next(int count) {
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(next());
        }
        return entries;
    }

    public int book(Entry entry) {
        return Topic.partitionFor(entry.walletId(), books);
    }

    private Entry next() {
        String seller = "seller-" + random.nextInt(sellers);
        String currency = random.nextInt(4) == 0 ? "USD" : "KRW";
        String wallet = seller + ":" + currency;
        Entry before = latest.get(wallet);
        long balance = before == null ? 0 : before.balanceAfterMinor();
        long amount = 1 + random.nextLong(50_000);
        long fee = random.nextInt(3) == 0 ? 0 : random.nextLong(amount + 1);
        SettlementKind kind = balance < amount
                ? SettlementKind.PAYMENT
                : List.of(SettlementKind.PAYMENT, SettlementKind.REFUND, SettlementKind.PAYOUT)
                        .get(random.nextInt(3));
        List<Line> lines = lines(kind, "seller:" + seller + ":payable", amount, fee);
        recordedMillis += random.nextInt(20) == 0 ? -random.nextLong(40) : random.nextLong(3) * random.nextLong(60_000);
        Instant recordedAt = Instant.ofEpochMilli(recordedMillis);
        Entry entry = new Entry(
                id(),
                kind,
                id(),
                1,
                1,
                currency,
                lines,
                wallet,
                Math.addExact(balance, net(lines, "seller:" + seller + ":payable")),
                before == null ? 1 : before.walletVersion() + 1,
                recordedAt.minusMillis(random.nextInt(500)),
                recordedAt);
        latest.put(wallet, entry);
        return entry;
    }

    private static List<Line> lines(SettlementKind kind, String payable, long amount, long fee) {
        List<Line> lines = new ArrayList<>();
        Side in = kind == SettlementKind.PAYMENT ? Side.DEBIT : Side.CREDIT;
        Side out = kind == SettlementKind.PAYMENT ? Side.CREDIT : Side.DEBIT;
        if (kind == SettlementKind.PAYOUT) {
            return List.of(new Line(payable, Side.DEBIT, amount), new Line("platform:payouts", Side.CREDIT, amount));
        }
        lines.add(new Line("psp:toss:receivable", in, amount));
        if (amount > fee) {
            lines.add(new Line(payable, out, amount - fee));
        }
        if (fee > 0) {
            lines.add(new Line("platform:fees", out, fee));
        }
        return lines;
    }

    /** Credits − debits of an account. */
    public static long net(List<Line> lines, String account) {
        long net = 0;
        for (Line line : lines) {
            if (line.account().equals(account)) {
                net += line.side() == Side.CREDIT ? line.amountMinor() : -line.amountMinor();
            }
        }
        return net;
    }

    private UUID id() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
