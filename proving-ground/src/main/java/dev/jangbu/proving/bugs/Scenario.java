package dev.jangbu.proving.bugs;

import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.torture.DatabaseRestore;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** The events during the load of a run: the minimum that exposes a bug. */
enum Scenario {
    /** The load alone: clients repeat requests, and the PSP misbehaves in a fifth of its calls. */
    LOAD("clients that repeat requests, and a PSP that misbehaves in a fifth of its calls"),

    /** Every row of the outbox is published again, as after the loss of the replication slot. */
    REPUBLISHED("the load, and every row of the outbox so far is published again, twice"),

    /** The topic of entries has records of an aborted transaction, as after a crash between sending and committing. */
    TRANSACTION_ABORTED("the load, and twice a transaction with entries is aborted, as by a crash of the processor"),

    /** PostgreSQL crashes during transactions. */
    POSTGRES_KILLED("the load, and PostgreSQL is killed with SIGKILL, twice"),

    /** The databases of payments and ledger go back in time. Kafka and the PSP do not. */
    RESTORED("the load, and PostgreSQL is restored from a backup taken during it, then `restore apply`");

    /** Traffic between the backup and the loss. */
    private static final Duration AGE = Duration.ofSeconds(3);

    private final String description;

    Scenario(String description) {
        this.description = description;
    }

    /** The description for the report. */
    String description() {
        return description;
    }

    /** The name in the files of the bugs. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Fault injections per load, evenly distributed. */
    int injections() {
        return this == RESTORED ? 1 : 2;
    }

    /** Injects the fault once. The clock gives the times of records that it writes. */
    void injectFault(EphemeralStack stack, DatabaseRestore restore, Clock clock)
            throws IOException, InterruptedException {
        switch (this) {
            case LOAD -> {}
            case REPUBLISHED -> republishOutbox(stack);
            case TRANSACTION_ABORTED -> AbortedEntries.write(stack.address(), clock);
            case POSTGRES_KILLED ->
                stack.process("postgres").ifPresent(running -> {
                    running.destroyForcibly();
                    stack.awaitRestartOf("postgres", running);
                });
            case RESTORED -> restore.run(AGE, () -> {});
        }
    }

    private static void republishOutbox(EphemeralStack stack) throws IOException {
        String data = stack.data().toString();
        EphemeralStack.CommandResult sent =
                stack.run(Map.of(), "outbox", "republish", "--data", data, "--from", "2000-01-01T00:00:00Z");
        if (sent.exitCode() != 0) {
            throw new IOException("The outbox was not republished: " + sent.output());
        }
    }
}
