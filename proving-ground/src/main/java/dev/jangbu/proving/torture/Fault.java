package dev.jangbu.proving.torture;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A fault to inject into a stack. */
sealed interface Fault {

    /** Name of the timeline row of faults that affect no process. */
    String TOPICS = "outbox, topics";

    String PSP = "psp-simulator";

    /** The affected part; {@link #TOPICS} if no process is affected. */
    default String part() {
        return TOPICS;
    }

    /** Duration of the fault itself, before recovery starts. */
    default Duration duration() {
        return Duration.ZERO;
    }

    /** Kill -9; the supervisor restarts the process. */
    record Killed(String part) implements Fault {}

    /**
     * SIGSTOP, then SIGCONT: like a long garbage collection or a suspended machine. A paused PSP accepts calls without
     * responding; after resuming it processes them.
     */
    record Paused(String part, Duration duration) implements Fault {}

    /** Orderly termination, then a restart by the supervisor; for PostgreSQL a fast shutdown. */
    record Restarted(String part) implements Fault {}

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
    }

    /** Outbox rows are published again, as by an operator after a lost replication slot. */
    record Republished(int rows, int draw) implements Fault {}

    /** Unprocessable records on {@code settlement.requests}. */
    record Poisoned(int records, int draw) implements Fault {}

    /**
     * Most calls to the PSP fail for a while.
     *
     * @param perMille calls of 1,000 that show each behaviour
     */
    record PspFaultStorm(Duration duration, long draw, Map<String, Integer> perMille) implements Fault {

        @Override
        public String part() {
            return PSP;
        }
    }

    /**
     * PostgreSQL's data, and with them the databases of payments and ledger, are replaced by a backup taken during the
     * load; an operator restores what Kafka and the PSP have, and opens the database.
     *
     * @param age time between the backup and the loss of the data
     */
    record Restored(Duration age) implements Fault {

        /** Kill, start, {@code restore apply}: more than most machines need. */
        private static final Duration WORK = Duration.ofSeconds(30);

        @Override
        public String part() {
            return "postgres";
        }

        @Override
        public Duration duration() {
            return age.plus(WORK);
        }

        @Override
        public boolean isAlone() {
            return true;
        }
    }

    /** Whether no other fault starts before this one is over, and the others before it are over. */
    default boolean isAlone() {
        return false;
    }

    /** The kind without parameters; faults are counted by kind. */
    default String kind() {
        return switch (this) {
            case Killed killed -> "kill -9 " + killed.part();
            case Paused paused -> paused.part().equals(PSP) ? "the PSP is silent" : "SIGSTOP " + paused.part();
            case Restarted restarted -> "orderly restart of " + restarted.part();
            case KilledBeforeOffsetCommit killed -> "kill -9 connect before it stores its offsets";
            case Republished republished -> "republish outbox rows";
            case Poisoned poisoned -> "poison records on settlement.requests";
            case PspFaultStorm storm -> "storm at the PSP";
            case Restored restored -> "restore a backup of PostgreSQL";
        };
    }

    /** The kind with its parameters. */
    default String text() {
        return switch (this) {
            case Killed killed -> kind();
            case Restarted restarted -> kind();
            case Paused paused -> kind() + " for " + paused.duration().toSeconds() + " s";
            case KilledBeforeOffsetCommit killed ->
                kind() + ", " + killed.records() + " records or more after the last";
            case Republished republished -> "republish " + republished.rows() + " outbox rows";
            case Poisoned poisoned -> poisoned.records() + " " + kind();
            case Restored restored ->
                kind() + ", taken %d s before".formatted(restored.age().toSeconds());
            case PspFaultStorm storm ->
                "%s for %d s: of 1,000 calls %s"
                        .formatted(
                                kind(),
                                storm.duration().toSeconds(),
                                new TreeMap<>(storm.perMille())
                                        .entrySet().stream()
                                                .map(rate -> rate.getValue() + " " + rate.getKey())
                                                .collect(Collectors.joining(", ")));
        };
    }
}
