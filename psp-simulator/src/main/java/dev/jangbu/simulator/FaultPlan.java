package dev.jangbu.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Seeded rates of misbehaving calls, as in {@code {"seed": 7, "rates": {"timeout_after_charge": 0.05}}}. {@code {}} and
 * rates of 0 switch all faults off.
 *
 * <p>The draw for a call depends only on the seed, the kind of call, the payment key and the number of such calls for
 * this payment key. It does not depend on the order of concurrent calls, nor on the idempotency key, which differs in
 * each run. A run with the same payment keys is reproducible.
 *
 * @param rates from 0 to 1, with at most 6 decimals; their sum is at most 1
 */
record FaultPlan(long seed, Map<Behaviour, BigDecimal> rates) {
    private static final int DECIMALS = 6;
    private static final long MILLION = 1_000_000;

    static final FaultPlan NONE = new FaultPlan(0, Map.of());

    /** @throws InvalidRequestException with the reason */
    FaultPlan(long seed, @Nullable Map<Behaviour, BigDecimal> rates) {
        Map<Behaviour, BigDecimal> positive = new EnumMap<>(Behaviour.class);
        if (rates != null) {
            rates.forEach((behaviour, rate) -> {
                if (requireRate(behaviour, rate).signum() > 0) {
                    positive.put(behaviour, rate);
                }
            });
        }
        if (positive.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add).compareTo(BigDecimal.ONE) > 0) {
            throw new InvalidRequestException("the rates together must be at most 1");
        }
        this.seed = seed;
        this.rates = Map.copyOf(positive);
    }

    /** @throws InvalidRequestException with the reason */
    static FaultPlan parse(byte[] json) {
        return HttpCall.parse(json, FaultPlan.class);
    }

    /** The plan in the format of {@link #parse}. */
    String toJson() {
        try {
            return HttpCall.JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean active() {
        return !rates.isEmpty();
    }

    /** The behaviour of a call, or null for a correct response; {@code attempt} counts from 1. */
    @Nullable
    Behaviour choose(Operation operation, String paymentKey, int attempt) {
        long draw = Long.remainderUnsigned(hash(operation + "/" + attempt + "/" + paymentKey), MILLION);
        for (Behaviour behaviour : Behaviour.values()) {
            draw -= rates.getOrDefault(behaviour, BigDecimal.ZERO)
                    .movePointRight(DECIMALS)
                    .longValueExact();
            if (draw < 0) {
                return behaviour;
            }
        }
        return null;
    }

    private static BigDecimal requireRate(Behaviour behaviour, @Nullable BigDecimal rate) {
        // Check the scale first: an exponent such as 1E+999999999 must not be expanded.
        if (rate == null
                || rate.scale() < 0
                || rate.scale() > DECIMALS
                || rate.signum() < 0
                || rate.compareTo(BigDecimal.ONE) > 0) {
            throw new InvalidRequestException(
                    behaviour.label() + " must be a number from 0 to 1 with at most 6 decimals");
        }
        return rate;
    }

    /** FNV-1a over the text, then the finalizer of SplitMix64, so that adjacent seeds and attempts are unrelated. */
    private long hash(String call) {
        long hash = 0xcbf29ce484222325L ^ (seed * 0x9e3779b97f4a7c15L);
        for (byte next : call.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (next & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
