package dev.jangbu.proving.torture;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What may happen to a stack at any time. */
sealed interface Fault {

    /** What the timeline calls the row of faults that strike no process. */
    String TOPICS = "outbox, topics";

    /** The part that is struck, or {@link #TOPICS}. */
    String part();

    /** How long it goes on by itself, before anything can heal. */
    default Duration lasts() {
        return Duration.ZERO;
    }

    /** What it is, without how much of it: faults of a kind are counted together. */
    default String kind() {
        return toString();
    }

    /** A process dies, by kill -9; its supervisor starts it again. */
    record Killed(String part) implements Fault {

        @Override
        public String toString() {
            return "kill -9 " + part;
        }
    }

    /** A process stands still, and goes on as if nothing had been: a long garbage collection, a machine that was put to sleep. */
    record Paused(String part, Duration duration) implements Fault {

        @Override
        public Duration lasts() {
            return duration;
        }

        @Override
        public String kind() {
            return "SIGSTOP " + part;
        }

        @Override
        public String toString() {
            return kind() + " for " + duration.toSeconds() + " s";
        }
    }

    /** A process is asked to end, as before an update, and its supervisor starts it again: PostgreSQL's is the fast shutdown. */
    record Restarted(String part) implements Fault {

        @Override
        public String toString() {
            return "orderly restart of " + part;
        }
    }

    /**
     * Connect dies by kill -9 when it has sent records and not yet stored its offsets, so that it sends them again.
     *
     * @param records how many came at least after the offsets that are stored
     */
    record Unstored(int records) implements Fault {

        @Override
        public String part() {
            return "connect";
        }

        @Override
        public String kind() {
            return "kill -9 connect before it stores its offsets";
        }

        @Override
        public String toString() {
            return kind() + ", " + records + " records or more after the last";
        }
    }

    /** Rows of the outbox are sent again, as an operator may do after a slot was lost. */
    record Republished(int rows, int draw) implements Fault {

        @Override
        public String part() {
            return TOPICS;
        }

        @Override
        public String kind() {
            return "republish outbox rows";
        }

        @Override
        public String toString() {
            return "republish " + rows + " outbox rows";
        }
    }

    /** Records that nobody can process, on a topic that everybody has to read. */
    record Poisoned(int records, int draw) implements Fault {

        @Override
        public String part() {
            return TOPICS;
        }

        @Override
        public String kind() {
            return "poison records on settlement.requests";
        }

        @Override
        public String toString() {
            return records + " poison records on settlement.requests";
        }
    }

    /**
     * For a while most calls to the PSP misbehave.
     *
     * @param perMille of 1,000 calls, how many show each behaviour
     */
    record Storm(Duration duration, long draw, Map<String, Integer> perMille) implements Fault {

        public Storm {
            perMille = Map.copyOf(perMille);
        }

        @Override
        public String part() {
            return "psp-simulator";
        }

        @Override
        public Duration lasts() {
            return duration;
        }

        @Override
        public String kind() {
            return "storm at the PSP";
        }

        @Override
        public String toString() {
            return "%s for %d s: of 1,000 calls %s"
                    .formatted(
                            kind(),
                            duration.toSeconds(),
                            new TreeMap<>(perMille)
                                    .entrySet().stream()
                                            .map(rate -> rate.getValue() + " " + rate.getKey())
                                            .collect(Collectors.joining(", ")));
        }
    }

    /** The PSP takes calls and says nothing; when it speaks again, it does what it was asked meanwhile. */
    record Silent(Duration duration) implements Fault {

        @Override
        public String part() {
            return "psp-simulator";
        }

        @Override
        public Duration lasts() {
            return duration;
        }

        @Override
        public String kind() {
            return "the PSP is silent";
        }

        @Override
        public String toString() {
            return kind() + " for " + duration.toSeconds() + " s";
        }
    }
}
