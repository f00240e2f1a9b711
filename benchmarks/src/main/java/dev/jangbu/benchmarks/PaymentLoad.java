package dev.jangbu.benchmarks;

import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntSupplier;

/**
 * Pays orders and records the expected contents of wallets and ledger. Each round has sellers and orders of its own.
 * Thread-safe.
 */
final class PaymentLoad implements AutoCloseable {

    private static final String OUTBOX = "SELECT id FROM outbox WHERE aggregateid LIKE '%s%%'";

    private final Installation stack;
    private final PaymentClient shop;
    private final LedgerEntries entries;
    private final TopicReader tail;
    private final Map<String, Long> paid = new HashMap<>();
    private String round = "";
    private Random random = new Random();
    private IntSupplier sellers = () -> 0;
    private int orders;
    private int completed;
    private long amountMinor;

    PaymentLoad(Installation stack) throws InterruptedException {
        this.stack = stack;
        this.shop = new PaymentClient(stack);
        this.entries = new LedgerEntries(stack);
        this.tail = new TopicReader(stack, Topics.LEDGER_ENTRIES.name());
    }

    /**
     * Starts a round.
     *
     * @param name the prefix of its seller and order ids
     */
    synchronized void begin(String name, Random seeded, Load load) {
        round = name;
        random = seeded;
        sellers = load.sellers(seeded);
        orders = 0;
        completed = 0;
        amountMinor = 0;
        paid.clear();
        tail.mark();
    }

    /** Draws the next order. */
    synchronized PaymentClient.Order order() {
        long price = 1_000 + random.nextLong(100_000);
        return new PaymentClient.Order(
                "%s-order-%d".formatted(round, orders++), round + "-" + sellers.getAsInt(), price, price / 20);
    }

    /** Pays an order and returns when it is settled. */
    void pay(PaymentClient.Order order) throws IOException {
        shop.pay(order);
        synchronized (this) {
            completed++;
            amountMinor = Math.addExact(amountMinor, order.amountMinor());
            paid.merge(order.seller() + ":" + Batch.CURRENCY, order.amountMinor() - order.feeMinor(), Math::addExact);
        }
    }

    /** The number of completed payments of the round. */
    synchronized int completed() {
        return completed;
    }

    /**
     * The differences between the payments completed over HTTP, the outbox, the wallets and the ledger; empty if there
     * are none.
     */
    synchronized List<String> errors() throws SQLException {
        String wallets = round + "-";
        Set<UUID> settlements = new HashSet<>();
        try (Connection payments = stack.openPayments()) {
            Database.query(
                    payments, OUTBOX.formatted(wallets), row -> settlements.add(row.getObject("id", UUID.class)));
        }
        if (settlements.size() != completed) {
            return List.of(
                    "%d settlements in the outbox for %d completed payments".formatted(settlements.size(), completed));
        }
        try (Connection ledger = stack.openLedger()) {
            Map<String, Long> balances = entries.outcome(tail.rest(), true).balances();
            return Check.errors(
                    new Batch.Expected(Map.copyOf(paid), settlements, amountMinor),
                    SqlLedger.read(ledger, wallets, balances));
        }
    }

    @Override
    public void close() {
        shop.close();
        tail.close();
    }
}
