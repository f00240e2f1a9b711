package dev.jangbu.settlement;

import dev.jangbu.contract.SettlementRequested;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the settlement should do, in the plainest way: numbers without an end, every id kept for ever, no stores, no Kafka.
 * It shares no code with the desks.
 */
final class SettlementModel {

    private static final long HORIZON_MS = Duration.ofHours(48).toMillis();
    private static final long LEAD_MS = Duration.ofMinutes(5).toMillis();

    /** What is to become of a request. */
    sealed interface Fate {}

    /** Booked: the wallet's balance and version with it. */
    record Booked(BigInteger balance, long version) implements Fate {}

    record Refused(String reason) implements Fate {}

    record Dropped() implements Fate {}

    record DeadLetter(String cause) implements Fate {}

    /** It was decided so long ago that the desk may know it or not: anything but applying it is right. */
    record NeverAgain() implements Fate {}

    final Map<String, BigInteger> balances = new TreeMap<>();
    final Map<String, Long> versions = new TreeMap<>();
    private final Map<String, Boolean> decidedByReplay = new HashMap<>();
    private final Map<String, Set<String>> posted = new HashMap<>();
    private final Set<String> incomplete = new HashSet<>();
    private long clockMs = Long.MIN_VALUE;
    long booked;

    Fate request(SettlementRequested request, Instant recordedAt, boolean replay) {
        if (request.getFee() > request.getAmount()) {
            return new DeadLetter("OUTSIDE_CONTRACT");
        }
        String id = request.getSettlementId();
        long timeMs = UUID.fromString(id).getMostSignificantBits() >>> 16;
        if (timeMs > recordedAt.toEpochMilli() + LEAD_MS) {
            return new DeadLetter("FUTURE_ID");
        }
        boolean late = clockMs != Long.MIN_VALUE && timeMs < clockMs - HORIZON_MS;
        if (decidedByReplay.containsKey(id)) {
            boolean keptForEver = decidedByReplay.get(id);
            return late && !keptForEver && !replay ? new NeverAgain() : new Dropped();
        }
        if (late && !replay) {
            return new DeadLetter("BEYOND_HORIZON");
        }
        Fate fate = decide(request);
        if (!(fate instanceof DeadLetter)) {
            decidedByReplay.put(id, replay);
            clockMs = Math.max(clockMs, timeMs);
        }
        return fate;
    }

    /** Whether an old id may be replayed: the tool proves first that it was never decided. */
    boolean isDecided(String settlementId) {
        return decidedByReplay.containsKey(settlementId);
    }

    /** Whether this posting is the last of its reference. */
    boolean posting(String referenceId, int parts, String settlementId) {
        Set<String> ids = posted.computeIfAbsent(referenceId, unknown -> new HashSet<>());
        boolean last = ids.add(settlementId) && ids.size() == parts;
        if (last) {
            incomplete.remove(referenceId);
        } else if (ids.size() < parts) {
            incomplete.add(referenceId);
        }
        return last;
    }

    /** References of which a part, but not all, is posted. */
    int incomplete() {
        return incomplete.size();
    }

    private Fate decide(SettlementRequested request) {
        String wallet = request.getWalletId();
        BigInteger balance = balances.getOrDefault(wallet, BigInteger.ZERO);
        long version = versions.getOrDefault(wallet, 0L);
        BigInteger amount = BigInteger.valueOf(request.getAmount());
        BigInteger share = amount.subtract(BigInteger.valueOf(request.getFee()));
        BigInteger after;
        switch (request.getKind()) {
            case PAYMENT -> after = balance.add(share);
            case REFUND -> after = balance.subtract(share);
            case PAYOUT -> {
                if (request.getExpectedVersion() != null && request.getExpectedVersion() != version) {
                    return new Refused("VERSION_CONFLICT");
                }
                if (balance.compareTo(amount) < 0) {
                    return new Refused("INSUFFICIENT_FUNDS");
                }
                after = balance.subtract(amount);
            }
            case UNKNOWN -> throw new IllegalArgumentException("nobody writes it");
            default -> throw new IllegalArgumentException();
        }
        if (after.bitLength() > 63) {
            return new DeadLetter("BALANCE_OVERFLOW");
        }
        balances.put(wallet, after);
        versions.put(wallet, version + 1);
        booked++;
        return new Booked(after, version + 1);
    }
}
