package dev.jangbu.proving.torture;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A fault to inject into a stack. */
sealed interface Fault {

    /** Name of the timeline row of faults that affect no process. */
    String TOPICS = "outbox, topics";

    /** The affected part, or {@link #TOPICS}. */
    String part();

    /** Duration of the fault itself, before recovery starts. */
    default Duration duration() {
        return Duration.ZERO;
    }

    /** The kind without parameters; faults are counted by kind. */
    default String kind() {
        return toString();
    }

    /** Kill -9; the supervisor restarts the process. */
    record Killed(String part) implements Fault {

        @Override
        public String toString() {
            return "kill -9 " + part;
        }
    }

    /** SIGSTOP, then SIGCONT: like a long garbage collection or a suspended machine. */
    record Paused(String part, Duration duration) implements Fault {

        @Override
        public String kind() {
            return "SIGSTOP " + part;
        }

        @Override
        public String toString() {
            return kind() + " for " + duration.toSeconds() + " s";
        }
    }

    /** Orderly termination, then a restart by the supervisor; for PostgreSQL a fast shutdown. */
    record Restarted(String part) implements Fault {

        @Override
        public String toString() {
            return "orderly restart of " + part;
        }
    }

    /**
     * Kill -9 of Connect after it has sent records and before it stores their offsets, so that it sends them again.
     *
     * @param records the minimum number of records sent after the stored offsets
     */
    record KilledBeforeOffsetCommit(int records) implements Fault {

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

    /** Outbox rows are published again, as by an operator after a lost replication slot. */
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

    /** Unprocessable records on {@code settlement.requests}. */
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
     * Most calls to the PSP fail for a while.
     *
     * @param perMille calls of 1,000 that show each behaviour
     */
    record PspFaultStorm(Duration duration, long draw, Map<String, Integer> perMille) implements Fault {

        public PspFaultStorm {
            perMille = Map.copyOf(perMille);
        }

        @Override
        public String part() {
            return "psp-simulator";
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

    /** The PSP accepts calls without responding; after resuming it processes them. */
    record PspPaused(Duration duration) implements Fault {

        @Override
        public String part() {
            return "psp-simulator";
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
