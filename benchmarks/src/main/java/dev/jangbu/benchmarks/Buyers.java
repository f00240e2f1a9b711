package dev.jangbu.benchmarks;

import dev.jangbu.contract.Topics;
import dev.jangbu.proving.stack.StackAddress;
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
 * Pays orders, and knows afterwards what must be in the wallets and in the book. A round has sellers and orders of its own.
 */
final class Buyers implements AutoCloseable {

    private static final String OUTBOX = "SELECT id FROM outbox WHERE aggregateid LIKE '%s%%'";

    private final StackAddress stack;
    private final Shop shop;
    private final Entries entries;
    private final TopicTail tail;
    private final Map<String, Long> paid = new HashMap<>();
    private String round = "";
    private Random random = new Random();
    private IntSupplier sellers = () -> 0;
    private int orders;
    private int completed;
    private long amount;

    Buyers(StackAddress stack) throws InterruptedException {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.entries = new Entries(stack);
        this.tail = new TopicTail(stack, Topics.LEDGER_ENTRIES.name());
    }

    /**
     * Begins a round.
     *
     * @param name what the ids of its sellers and orders begin with
     */
    synchronized void begin(String name, Random seeded, Load load) {
        round = name;
        random = seeded;
        sellers = load.sellers(seeded);
        orders = 0;
        completed = 0;
        amount = 0;
        paid.clear();
        tail.mark();
    }

    /** The next order. */
    synchronized Shop.Order order() {
        long price = 1_000 + random.nextLong(100_000);
        return new Shop.Order(
                "%s-order-%d".formatted(round, orders++), round + "-" + sellers.getAsInt(), price, price / 20);
    }

    /** Pays it, and returns when it is settled. */
    void pay(Shop.Order order) throws IOException {
        shop.pay(order);
        synchronized (this) {
            completed++;
            amount = Math.addExact(amount, order.amount());
            paid.merge(order.seller() + ":" + Batch.CURRENCY, order.amount() - order.fee(), Math::addExact);
        }
    }

    /** How many payments of the round are complete. */
    synchronized int completed() {
        return completed;
    }

    /** Why the round is refused: by what the buyers were told, what the outbox holds, the wallets and the book. */
    synchronized List<String> refusals() throws SQLException {
        String wallets = round + "-";
        Set<UUID> settlements = new HashSet<>();
        try (Connection payments = stack.openPayments()) {
            Database.query(
                    payments, OUTBOX.formatted(wallets), row -> settlements.add(row.getObject("id", UUID.class)));
        }
        if (settlements.size() != completed) {
            return List.of(
                    "%d settlements in the outbox of %d completed payments".formatted(settlements.size(), completed));
        }
        try (Connection ledger = stack.openLedger()) {
            Map<String, Long> balances = entries.outcome(tail.rest(), true).balances();
            return Check.refusals(
                    new Batch.Expected(Map.copyOf(paid), settlements, amount), SqlBook.read(ledger, wallets, balances));
        }
    }

    @Override
    public void close() {
        shop.close();
        tail.close();
    }
}
