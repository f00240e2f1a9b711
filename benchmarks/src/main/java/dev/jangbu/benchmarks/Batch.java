package dev.jangbu.benchmarks;

import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntSupplier;

/**
 * The input of a round, the same for every competitor: payments with their requests. Deterministic in seed, number and
 * load, except for the time, which must be current, and the ids, which are named by it.
 *
 * @param wallets the prefix of the ids of this batch's wallets, which no other batch uses
 * @param requests in the order of approval
 */
record Batch(String wallets, List<SettlementRequested> requests) {

    static final String CURRENCY = "KRW";

    private static final int CHARGES_PER_MS = 10;

    /**
     * Generates a batch.
     *
     * @param number distinguishes batches of one seed
     * @param linesPerPayment sellers per payment, each with a request of its own
     * @param now the time of the last charge
     */
    static Batch of(long seed, int number, Load load, int payments, int linesPerPayment, Instant now) {
        Random random = new Random(seed * 1_000_003 + number * 31L + load.text().hashCode());
        IntSupplier sellers = load.sellers(random);
        String wallets = "b%d-%s-".formatted(number, load.text());
        List<SettlementRequested> requests = new ArrayList<>(payments * linesPerPayment);
        long firstMs = now.toEpochMilli() - payments * (long) linesPerPayment / CHARGES_PER_MS;
        for (int payment = 0; payment < payments; payment++) {
            String order = "order-%d-%d-%d".formatted(number, firstMs, payment);
            String reference = NameBasedId.ofPayment("bench", order, 0).toString();
            for (int line = 1; line <= linesPerPayment; line++) {
                Instant chargedAt = Instant.ofEpochMilli(firstMs + requests.size() / CHARGES_PER_MS);
                String seller = wallets + sellers.getAsInt();
                long amount = 1_000 + random.nextLong(100_000);
                requests.add(SettlementRequested.newBuilder()
                        .setSettlementId(NameBasedId.ofChargedLine("toss", order, Integer.toString(line))
                                .toString())
                        .setKind(SettlementKind.PAYMENT)
                        .setReferenceId(reference)
                        .setReferenceParts(linesPerPayment)
                        .setLineId(Integer.toString(line))
                        .setOrderId(order)
                        .setWalletId(seller + ":" + CURRENCY)
                        .setSellerId(seller)
                        .setCurrency(CURRENCY)
                        .setAmount(amount)
                        .setFee(amount / 20)
                        .setExpectedVersion(null)
                        .setPsp("toss")
                        .setOccurredAt(chargedAt)
                        .setPart(line)
                        .setMovedAt(chargedAt)
                        .setCreatedAt(chargedAt)
                        .setPaymentId(reference)
                        .setPaymentKey(order)
                        .build());
            }
        }
        return new Batch(wallets, requests);
    }

    /** The number of payments. */
    int payments() {
        return requests.isEmpty() ? 0 : requests.size() / requests.getFirst().getReferenceParts();
    }

    /** The expected contents of wallets and ledger after all requests are settled. */
    Expected expected() {
        Map<String, Long> balances = new HashMap<>();
        Set<UUID> settlements = new HashSet<>();
        long amount = 0;
        for (SettlementRequested request : requests) {
            balances.merge(request.getWalletId(), request.getAmount() - request.getFee(), Math::addExact);
            settlements.add(UUID.fromString(request.getSettlementId()));
            amount = Math.addExact(amount, request.getAmount());
        }
        return new Expected(balances, settlements, amount);
    }

    /**
     * Expected results.
     *
     * @param balances by wallet id, minor units
     * @param settlements one journal for each
     * @param amountMinor the sum of all amounts, equal to all debits and to all credits
     */
    record Expected(Map<String, Long> balances, Set<UUID> settlements, long amountMinor) {}
}
