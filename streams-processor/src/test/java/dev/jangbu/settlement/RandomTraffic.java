package dev.jangbu.settlement;

import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Generates records of one partition of {@code settlement.requests} from a seed:
 *
 * <ul>
 *   <li>all kinds of requests for a few wallets, with ids out of order
 *   <li>repeated deliveries, single and in runs
 *   <li>quiet hours and days
 *   <li>times near both edges of the horizon
 *   <li>ids with another content or another reference
 *   <li>balances near the limit of 64 bits
 *   <li>replays of dead letters
 * </ul>
 */
final class RandomTraffic {

    /** A record on the topic. */
    record Delivery(SettlementRequested request, Instant recordedAt, boolean replay) {

        Headers headers() {
            Headers headers = new RecordHeaders();
            if (replay) {
                EventHeaders.add(headers, EventHeaders.REPLAY, "true");
            }
            return headers;
        }
    }

    private static final int WALLETS = 12;
    private static final int HISTORY_SIZE = 4_000;

    private final Random random;
    private final List<SettlementRequested> sent = new ArrayList<>();
    private final List<SettlementRequested> deadLetters = new ArrayList<>();
    private final Deque<Delivery> due = new ArrayDeque<>();
    private Instant now;

    RandomTraffic(long seed, Instant start) {
        this.random = new Random(seed);
        this.now = start;
    }

    Instant now() {
        return now;
    }

    Delivery next() {
        if (due.isEmpty()) {
            advanceTime();
            plan();
        }
        return due.removeFirst();
    }

    /** Adds a dead letter, which may be replayed later. */
    void addDeadLetter(SettlementRequested request) {
        deadLetters.add(request);
    }

    private void advanceTime() {
        int chance = random.nextInt(10_000);
        if (chance == 0) {
            now = now.plus(Duration.ofHours(random.nextInt(200)));
        } else if (chance < 40) {
            now = now.plus(Duration.ofMinutes(random.nextInt(300)));
        } else {
            now = now.plusMillis(random.nextInt(1_500));
        }
    }

    private void plan() {
        int chance = random.nextInt(100);
        if (chance < 70 || sent.size() < 100) {
            newReference(random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1);
        } else if (chance < 86) {
            repeat(sent.get(sent.size() - 1 - random.nextInt(Math.min(50, sent.size()))));
        } else if (chance < 92) {
            repeat(sent.get(random.nextInt(sent.size())));
        } else if (chance == 92 && random.nextInt(4) == 0) {
            // A run of records in their order, as Connect repeats after a kill before it stored its offsets.
            int from = sent.size() - 1 - random.nextInt(Math.min(300, sent.size()));
            sent.subList(from, sent.size()).forEach(this::repeat);
        } else if (chance < 95 && !deadLetters.isEmpty()) {
            due.add(new Delivery(deadLetters.get(random.nextInt(deadLetters.size())), now, true));
        } else if (chance < 96) {
            SettlementRequested.Builder other = SettlementRequested.newBuilder(sent.get(random.nextInt(sent.size())));
            due.add(new Delivery(
                    (random.nextBoolean()
                                    ? other.setOrderId("another-order")
                                    : other.setReferenceId(id(now).toString()))
                            .build(),
                    now,
                    false));
        } else if (chance < 98) {
            due.add(new Delivery(addToHistory(atAnEdge().build()), now, false));
        } else {
            due.add(new Delivery(outsideTheContract(), now, false));
        }
    }

    private void repeat(SettlementRequested request) {
        due.add(new Delivery(request, now, false));
    }

    /** Adds a reference with one request for each part; only payments have more than one. */
    private void newReference(int parts) {
        SettlementKind kind = parts > 1 ? SettlementKind.PAYMENT : kind();
        String reference = id(now).toString();
        for (int part = 0; part < parts; part++) {
            due.add(new Delivery(
                    addToHistory(request(kind, id(now.minusMillis(random.nextInt(4_000))))
                            .setReferenceId(reference)
                            .setReferenceParts(parts)
                            .build()),
                    now,
                    false));
        }
    }

    private SettlementKind kind() {
        return switch (random.nextInt(10)) {
            case 0, 1 -> SettlementKind.REFUND;
            case 2, 3 -> SettlementKind.PAYOUT;
            default -> SettlementKind.PAYMENT;
        };
    }

    /** A request with a time near the horizon, near the lead, or far beyond either. */
    private SettlementRequested.Builder atAnEdge() {
        Instant time =
                switch (random.nextInt(6)) {
                    case 0 -> now.plus(Duration.ofMinutes(5)).plusMillis(random.nextInt(3) - 1);
                    case 1 -> now.plus(Duration.ofDays(random.nextInt(1_000)));
                    case 2 -> now.minus(Duration.ofHours(48)).plusMillis(random.nextInt(20_000) - 10_000);
                    case 3 -> now.minus(Duration.ofHours(49)).plusMillis(random.nextInt(20_000) - 10_000);
                    case 4 -> now.minus(Duration.ofDays(random.nextInt(60)));
                    default -> now.minus(Duration.ofMinutes(random.nextInt(48 * 60)));
                };
        return request(kind(), id(time));
    }

    private SettlementRequested outsideTheContract() {
        SettlementRequested.Builder request = request(SettlementKind.PAYMENT, id(now));
        return request.setFee(request.getAmount() + 1).build();
    }

    private SettlementRequested.Builder request(SettlementKind kind, UUID id) {
        int wallet = random.nextInt(WALLETS);
        String currency = wallet % 3 == 0 ? "USD" : "KRW";
        // Wallet 0 gets amounts that exceed 64 bits.
        long amount = wallet == 0 ? 1 + (random.nextLong() >>> 2) : 1 + random.nextLong(100_000);
        if (amount == Long.MAX_VALUE) {
            amount--;
        }
        SettlementRequested.Builder request = Requests.of(kind, id, amount)
                .setSellerId("seller-" + wallet)
                .setCurrency(currency)
                .setWalletId("seller-" + wallet + ":" + currency);
        if (kind == SettlementKind.PAYOUT) {
            if (wallet > 0 && random.nextInt(3) == 0) {
                request.setAmount(amount * 100);
            }
            return request.setExpectedVersion(random.nextInt(4) == 0 ? (Long) random.nextLong(40) : null);
        }
        return request.setFee(random.nextInt(5) == 0 ? 0 : random.nextLong(amount + 1));
    }

    private SettlementRequested addToHistory(SettlementRequested request) {
        if (sent.size() == HISTORY_SIZE) {
            sent.subList(0, HISTORY_SIZE / 4).clear();
        }
        sent.add(request);
        return request;
    }

    private UUID id(Instant time) {
        return Requests.idAt(time, random);
    }
}
