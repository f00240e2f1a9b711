package dev.jangbu.proving.torture;

import java.time.Duration;

/** What may happen to a stack at any time. */
sealed interface Fault {

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
        public String toString() {
            return "SIGSTOP " + part + " for " + duration.toSeconds() + " s";
        }
    }

    /** Rows of the outbox are sent again, as an operator may do after a slot was lost. */
    record Republished(int rows, int draw) implements Fault {

        @Override
        public String toString() {
            return "republish " + rows + " outbox rows";
        }
    }

    /** Records that nobody can read, on a topic that everybody has to read. */
    record Poisoned(int records, int draw) implements Fault {

        @Override
        public String toString() {
            return records + " poison records on settlement.requests";
        }
    }
}
