package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.HttpApi;
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

/**
 * A marketplace's server: pays orders over HTTP and records the expected contents of wallets and ledger. Each round has
 * sellers and orders of its own. Thread-safe.
 */
final class PaymentLoad implements AutoCloseable {

    private static final String OUTBOX = "SELECT id FROM outbox WHERE aggregateid LIKE '%s%%'";

    private final Installation stack;
    private final HttpApi api;
    private final LedgerEntries entries;
    private final TopicReader tail;
    private final Map<String, Long> paid = new HashMap<>();
    private String round = "";
    private Random random = new Random();
    private int orders;
    private int completed;
    private long amountMinor;

    PaymentLoad(Installation stack) {
        this.stack = stack;
        this.api = new HttpApi(stack.api(), stack.apiKey());
        this.entries = new LedgerEntries(stack);
        this.tail = new TopicReader(stack, Topics.LEDGER_ENTRIES.name());
    }

    /**
     * An order of one line.
     *
     * @param amountMinor minor units
     * @param feeMinor minor units, part of the amount
     */
    record Order(String id, String seller, long amountMinor, long feeMinor) {}

    /**
     * Starts a round.
     *
     * @param name the prefix of its seller and order ids
     */
    synchronized void begin(String name, long seed) {
        round = name;
        random = new Random(seed);
        orders = 0;
        completed = 0;
        amountMinor = 0;
        paid.clear();
        tail.mark();
    }

    /** Draws the next order. Its seller is one of many. */
    synchronized Order order() {
        long price = 1_000 + random.nextLong(100_000);
        return new Order(
                "%s-order-%d".formatted(round, orders++),
                round + "-" + random.nextInt(Load.SELLERS),
                price,
                price / 20);
    }

    /**
     * Creates and confirms a payment and returns when it is settled.
     *
     * @throws CommandException if it isn't COMPLETED within half a minute
     */
    void pay(Order order) throws IOException {
        JsonNode created = post("/payments", "create-" + order.id(), """
                {"orderId":"%s","currency":"%s","lines":[{"sellerId":"%s","amount":%d,"fee":%d}]}
                """.formatted(
                        order.id(), Batch.CURRENCY, order.seller(), order.amountMinor(), order.feeMinor()));
        JsonNode confirmed = post(
                "/payments/" + created.path("id").asText() + "/confirm",
                "confirm-" + order.id(),
                "{\"paymentKey\":\"pk_%s\",\"amount\":%d}".formatted(order.id(), order.amountMinor()),
                "Prefer",
                "wait=30");
        if (!confirmed.path("status").asText().equals("COMPLETED")) {
            throw new CommandException("A payment is not COMPLETED: " + confirmed);
        }
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
        api.close();
        tail.close();
    }

    private JsonNode post(String path, String idempotencyKey, String body, String... headers) throws IOException {
        HttpApi.Response response = api.post(path, idempotencyKey, body, headers);
        if (response.status() >= 300) {
            throw new CommandException("payment-api responded " + response.status() + ": " + response.body());
        }
        return response.body();
    }
}
