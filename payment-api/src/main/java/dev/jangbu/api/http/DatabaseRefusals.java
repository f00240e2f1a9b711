package dev.jangbu.api.http;

import io.r2dbc.spi.R2dbcException;
import java.util.Set;

/** Tells a database that refuses, which is a bug of ours, from one that is away or in trouble for a while. */
final class DatabaseRefusals {

    /**
     * The classes of SQLSTATE that pass: connections (08), rollbacks for serialization and deadlocks (40), resources (53),
     * limits of the moment such as locks and cancellations (55, 57), the system (58).
     *
     * @see <a href="https://www.postgresql.org/docs/18/errcodes-appendix.html">PostgreSQL: error codes</a>
     */
    private static final Set<String> PASSING = Set.of("08", "40", "53", "55", "57", "58");

    private DatabaseRefusals() {}

    /** Whether the database said no for a reason that repeating won't change: a guard, a constraint, a statement. */
    static boolean isBug(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof R2dbcException refusal && refusal.getSqlState() != null) {
                String state = refusal.getSqlState();
                return state.length() == 5 && !PASSING.contains(state.substring(0, 2));
            }
        }
        return false;
    }
}
