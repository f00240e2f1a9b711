package dev.jangbu.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Seeded rates of misbehaving calls.
 *
 * <p>The draw for a call depends only on the seed, the kind of call, the payment key and the number of such calls for
 * this payment key. It does not depend on the order of concurrent calls, nor on the idempotency key, which differs in
 * each run. A run with the same payment keys is reproducible.
 *
 * @param ratesPerMillion calls of 1,000,000 that show each behaviour; the sum is at most 1,000,000
 */
record FaultPlan(long seed, Map<Behaviour, Integer> ratesPerMillion) {
    private static final int MILLION = 1_000_000;

    static final FaultPlan NONE = new FaultPlan(0, Map.of());

    FaultPlan {
        ratesPerMillion = Map.copyOf(ratesPerMillion);
    }

    boolean active() {
        return !ratesPerMillion.isEmpty();
    }

    /** The behaviour of a call, or null for a correct response; {@code attempt} counts from 1. */
    @Nullable
    Behaviour choose(Operation operation, String paymentKey, int attempt) {
        long draw = Long.remainderUnsigned(hash(operation + "/" + attempt + "/" + paymentKey), MILLION);
        for (Behaviour behaviour : Behaviour.values()) {
            draw -= ratesPerMillion.getOrDefault(behaviour, 0);
            if (draw < 0) {
                return behaviour;
            }
        }
        return null;
    }

    /**
     * Parses {@code {"seed": 7, "rates": {"timeout_after_charge": 0.05}}}; {@code {}} and rates of 0 switch all faults
     * off.
     *
     * @throws InvalidRequestException with the reason
     */
    static FaultPlan parse(JsonNode body) {
        if (!body.isObject()) {
            throw new InvalidRequestException("the body must be an object {\"seed\", \"rates\"}");
        }
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            if (!field.getKey().equals("seed") && !field.getKey().equals("rates")) {
                throw new InvalidRequestException("unknown field: " + field.getKey());
            }
        }
        JsonNode seed = body.path("seed");
        if (!seed.isMissingNode() && !(seed.isIntegralNumber() && seed.canConvertToLong())) {
            throw new InvalidRequestException("seed must be an integer of at most 64 bits");
        }
        JsonNode rates = body.path("rates");
        if (!rates.isMissingNode() && !rates.isObject()) {
            throw new InvalidRequestException("rates must be an object of behaviour and rate");
        }
        return new FaultPlan(seed.asLong(0), parseRates(rates));
    }

    /** The plan in the format of {@link #parse}. */
    Map<String, Object> toJson() {
        Map<String, BigDecimal> rates = new LinkedHashMap<>();
        for (Behaviour behaviour : Behaviour.values()) {
            Integer rate = ratesPerMillion.get(behaviour);
            if (rate != null) {
                BigDecimal decimal = BigDecimal.valueOf(rate, 6).stripTrailingZeros();
                rates.put(behaviour.label(), decimal.scale() < 0 ? decimal.setScale(0) : decimal);
            }
        }
        return Map.of("seed", seed, "rates", rates);
    }

    private static Map<Behaviour, Integer> parseRates(JsonNode rates) {
        Map<Behaviour, Integer> perMillion = new EnumMap<>(Behaviour.class);
        int sum = 0;
        for (Map.Entry<String, JsonNode> rate : rates.properties()) {
            Behaviour behaviour = Behaviour.ofLabel(rate.getKey());
            if (behaviour == null) {
                throw new InvalidRequestException("unknown behaviour: " + rate.getKey());
            }
            int value = perMillion(rate.getKey(), rate.getValue());
            sum += value;
            if (value > 0) {
                perMillion.put(behaviour, value);
            }
        }
        if (sum > MILLION) {
            throw new InvalidRequestException("the rates together must be at most 1");
        }
        return perMillion;
    }

    private static int perMillion(String label, JsonNode rate) {
        BigDecimal value = rate.isNumber() ? rate.decimalValue() : BigDecimal.valueOf(-1);
        // Check the scale first: an exponent such as 1E+999999999 must not be expanded.
        if (value.signum() < 0 || value.scale() < 0 || value.scale() > 6 || value.compareTo(BigDecimal.ONE) > 0) {
            throw new InvalidRequestException(label + " must be a number from 0 to 1 with at most 6 decimals");
        }
        return value.movePointRight(6).intValueExact();
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
