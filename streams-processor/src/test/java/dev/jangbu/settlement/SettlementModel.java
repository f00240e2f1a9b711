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

/**
 * The reference model of the settlement: unbounded numbers, every id kept forever, no stores, no Kafka. It shares no
 * code with the processors.
 */
final class SettlementModel {

    private static final long HORIZON_MS = Duration.ofHours(48).toMillis();
    private static final long LEAD_MS = Duration.ofMinutes(5).toMillis();

    /** The expected result of a request. */
    sealed interface Expected {}

    /** Applied, with the wallet's new balance and version. */
    record Applied(BigInteger balance, long version) implements Expected {}

    record Rejected(String reason) implements Expected {}

    record Dropped() implements Expected {}

    record DeadLetter(String cause) implements Expected {}

    /** Decided beyond the horizon: dropped or a dead letter, but never applied again. */
    record NotApplied() implements Expected {}

    private record Decided(boolean keptForever, SettlementRequested content) {}

    final Map<String, BigInteger> balances = new TreeMap<>();
    final Map<String, Long> versions = new TreeMap<>();
    private final Map<String, Decided> decided = new HashMap<>();
    private final Map<String, Set<String>> posted = new HashMap<>();
    private final Set<String> incomplete = new HashSet<>();
    private long clockMs;
    long applied;

    Expected request(SettlementRequested request, Instant recordedAt, boolean replay) {
        if (request.getFee() > request.getAmount()) {
            return new DeadLetter("OUTSIDE_CONTRACT");
        }
        String id = request.getSettlementId();
        Instant movedAt = request.getMovedAt();
        boolean late = !replay && movedAt != null && movedAt.toEpochMilli() < clockMs - HORIZON_MS;
        boolean keptForever = replay || movedAt == null || movedAt.toEpochMilli() > recordedAt.toEpochMilli() + LEAD_MS;
        Decided before = decided.get(id);
        if (before != null) {
            if (late && !before.keptForever()) {
                return new NotApplied();
            }
            return before.content().equals(content(request)) ? new Dropped() : new DeadLetter("ID_CONFLICT");
        }
        if (late) {
            return new DeadLetter("BEYOND_HORIZON");
        }
        Expected expected = decide(request);
        if (!(expected instanceof DeadLetter)) {
            decided.put(id, new Decided(keptForever, content(request)));
            if (!keptForever) {
                clockMs = Math.max(clockMs, movedAt.toEpochMilli());
            }
        }
        return expected;
    }

    private static SettlementRequested content(SettlementRequested request) {
        return SettlementRequested.newBuilder(request)
                .setOccurredAt(Instant.EPOCH)
                .setMovedAt(null)
                .setCreatedAt(null)
                .build();
    }

    /** True if an id was decided; the replay tool refuses such an id. */
    boolean isDecided(String settlementId) {
        return decided.containsKey(settlementId);
    }

    /** Records a posting. Returns true if it is the last one of its reference. */
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

    /** The number of references with some but not all parts posted. */
    int incomplete() {
        return incomplete.size();
    }

    private Expected decide(SettlementRequested request) {
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
                    return new Rejected("VERSION_CONFLICT");
                }
                if (balance.compareTo(amount) < 0) {
                    return new Rejected("INSUFFICIENT_FUNDS");
                }
                after = balance.subtract(amount);
            }
            case UNKNOWN -> throw new IllegalArgumentException("UNKNOWN is never written");
            default -> throw new IllegalArgumentException();
        }
        if (after.bitLength() > 63) {
            return new DeadLetter("BALANCE_OVERFLOW");
        }
        balances.put(wallet, after);
        versions.put(wallet, version + 1);
        applied++;
        return new Applied(after, version + 1);
    }
}
