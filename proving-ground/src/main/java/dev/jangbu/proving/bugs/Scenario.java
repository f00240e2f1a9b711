package dev.jangbu.proving.bugs;

import dev.jangbu.proving.stack.OwnStack;
import java.io.IOException;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;

/** What happens to a stack while customers and sellers are at it: as little as makes a bug show. */
enum Scenario {
    /** Nothing; the PSP misbehaves in a fifth of its calls, and customers repeat themselves, as they always do. */
    LOAD("customers and sellers who repeat themselves, and a PSP that misbehaves in a fifth of its calls") {
        @Override
        void strike(OwnStack stack, Clock clock) {
            // The load is enough.
        }
    },

    /** Every row of the outbox comes once more, as after a lost replication slot. */
    REPUBLISHED("the load, and every row of the outbox so far is sent again, twice") {
        @Override
        void strike(OwnStack stack, Clock clock) throws IOException {
            OwnStack.Ran sent = stack.run(
                    Map.of(),
                    "outbox",
                    "republish",
                    "--data",
                    stack.data().toString(),
                    "--from",
                    "2000-01-01T00:00:00Z");
            if (sent.exitCode() != 0) {
                throw new IOException("The outbox was not sent again: " + sent.output());
            }
        }
    },

    /** Entries lie on their topic that never counted: a wallet desk leaves such when it dies between sending and committing. */
    DESK_ABORTED(
            "the load, and twice a transaction with entries is aborted, as when a wallet desk dies before it commits") {
        @Override
        void strike(OwnStack stack, Clock clock) throws IOException {
            AbortedEntries.write(stack.address(), clock);
        }
    },

    /** The book's database dies in the midst of its transactions. */
    POSTGRES_KILLED("the load, and PostgreSQL is killed with -9, twice") {
        @Override
        void strike(OwnStack stack, Clock clock) {
            stack.process("postgres").ifPresent(running -> {
                running.destroyForcibly();
                stack.awaitRestartOf("postgres", running);
            });
        }
    };

    /** How often it strikes during a load, evenly spread. */
    static final int STRIKES = 2;

    private final String happens;

    Scenario(String happens) {
        this.happens = happens;
    }

    /** For people. */
    String happens() {
        return happens;
    }

    /** As the files of the bugs name it. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Does what the scenario has, once; records that it writes are of the present. */
    abstract void strike(OwnStack stack, Clock clock) throws IOException;
}
