package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.OwnStack;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What strikes when; the same for the same seed.
 *
 * <p>Faults are dealt like cards: the deck is shuffled by the seed and every card of it comes up before any comes again. Between
 * two there is time to heal, mostly; every fourth strikes while the one before it lasts or heals. A deck takes eight minutes at
 * most, so that ten minutes hold all of it; of a plan of less than three, the first cards are those that a bug is most likely to fear.
 */
record Plan(List<Strike> strikes) {

    private static final Duration FIRST_AFTER = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMinutes(3);

    /** The parts that stand still; the PSP's stillness has a card of its own. */
    private static final List<String> PAUSED =
            List.of("payment-api", "streams-processor", "ledger-service", "connect", "kafka", "postgres");

    /** What a short plan begins with. */
    private static final List<Fact> TELLING = List.of(
            one(random -> new Fault.Killed("streams-processor")),
            one(random -> new Fault.Killed("ledger-service")),
            one(random -> new Fault.Killed("payment-api")),
            one(random -> new Fault.Unstored(1 + random.nextInt(4))),
            one(random -> new Fault.Republished(50 + random.nextInt(200), random.nextInt())),
            one(random -> new Fault.Poisoned(5 + random.nextInt(6), random.nextInt())),
            one(random -> new Fault.Restarted("postgres")));

    private static final List<Fact> DECK = deck();

    /** What happens together; the times are after the card's own begin. */
    @FunctionalInterface
    private interface Fact {
        List<Strike> deal(RandomGenerator random);
    }

    /** @param after the beginning of the load */
    record Strike(Duration after, Fault fault) {

        Duration ends() {
            return after.plus(fault.lasts());
        }

        @Override
        public String toString() {
            return "%4d.%d s  %s".formatted(after.toSeconds(), after.toMillisPart() / 100, fault);
        }
    }

    /** @param length after which no fault lasts any more */
    static Plan of(long seed, Duration length) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Strike> strikes = new ArrayList<>();
        Deque<Fact> cards = new ArrayDeque<>(first(length, random));
        Duration at = FIRST_AFTER;
        while (true) {
            if (cards.isEmpty()) {
                cards.addAll(shuffled(DECK, random));
            }
            Duration begin = at;
            List<Strike> dealt = cards.remove().deal(random).stream()
                    .map(strike -> new Strike(begin.plus(strike.after()), strike.fault()))
                    .toList();
            Duration ends =
                    dealt.stream().map(Strike::ends).max(Duration::compareTo).orElse(at);
            if (ends.compareTo(length) > 0) {
                return new Plan(List.copyOf(strikes));
            }
            strikes.addAll(dealt);
            at = next(dealt, ends, random);
        }
    }

    /** Soon, while this one lasts or heals; or when it should have healed. */
    private static Duration next(List<Strike> dealt, Duration ends, RandomGenerator random) {
        Strike last = dealt.getLast();
        boolean nothingToHeal = last.fault().part().equals(Fault.TOPICS);
        int draw = random.nextInt(4);
        int tenths = random.nextInt(80);
        return draw == 0 || nothingToHeal
                ? last.after().plusMillis(800 + tenths * 40L)
                : ends.plusSeconds(6).plusMillis(tenths * 100L);
    }

    private static List<Fact> first(Duration length, RandomGenerator random) {
        if (length.compareTo(SHORT) >= 0) {
            return shuffled(DECK, random);
        }
        List<Fact> cards = shuffled(TELLING, random);
        cards.addAll(shuffled(DECK.subList(TELLING.size(), DECK.size()), random));
        return cards;
    }

    /** All cards, the telling ones first. */
    private static List<Fact> deck() {
        List<Fact> deck = new ArrayList<>(TELLING);
        for (String part : OwnStack.PARTS) {
            if (!List.of("streams-processor", "ledger-service", "payment-api").contains(part)) {
                deck.add(one(random -> new Fault.Killed(part)));
            }
        }
        for (String part : PAUSED) {
            deck.add(one(random -> new Fault.Paused(part, longerThanATransaction(random))));
        }
        deck.add(one(random -> new Fault.Silent(Duration.ofSeconds(8 + random.nextInt(8)))));
        deck.add(one(Plan::storm));
        deck.add(one(random -> new Fault.Restarted("kafka")));
        deck.add(random -> List.of(
                in(0, new Fault.Restarted("postgres")), in(random.nextInt(1_500), new Fault.Killed("ledger-service"))));
        deck.add(random -> List.of(
                in(0, new Fault.Killed("streams-processor")),
                in(4_000 + random.nextInt(4_000), new Fault.Killed("streams-processor"))));
        return List.copyOf(deck);
    }

    private static Fact one(Function<RandomGenerator, Fault> fault) {
        return random -> List.of(in(0, fault.apply(random)));
    }

    private static Strike in(int millis, Fault fault) {
        return new Strike(Duration.ofMillis(millis), fault);
    }

    /** Ten seconds after it began, a transaction that stands still is cut, in PostgreSQL and in Kafka. */
    private static Duration longerThanATransaction(RandomGenerator random) {
        return Duration.ofSeconds(12 + random.nextInt(5));
    }

    private static Fault storm(RandomGenerator random) {
        List<String> behaviours = List.of(
                "declined",
                "slow",
                "timeout_before_charge",
                "timeout_after_charge",
                "error_after_charge",
                "reset_after_charge",
                "garbage",
                "wrong_amount");
        Map<String, Integer> perMille = new HashMap<>();
        for (int hundreds = 0; hundreds < 8; hundreds++) {
            perMille.merge(behaviours.get(random.nextInt(behaviours.size())), 100, Integer::sum);
        }
        return new Fault.Storm(Duration.ofSeconds(6 + random.nextInt(7)), random.nextLong(), perMille);
    }

    private static List<Fact> shuffled(List<Fact> cards, RandomGenerator random) {
        List<Fact> shuffled = new ArrayList<>(cards);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            shuffled.set(i, shuffled.set(random.nextInt(i + 1), shuffled.get(i)));
        }
        return shuffled;
    }
}
