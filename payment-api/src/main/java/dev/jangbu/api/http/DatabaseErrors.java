package dev.jangbu.api.http;

import io.r2dbc.spi.R2dbcException;
import java.util.Set;

/** Separates database errors that indicate a bug from transient ones. */
final class DatabaseErrors {

    /**
     * SQLSTATE classes of transient errors: connection (08), transaction rollback (40), insufficient resources (53),
     * object not in prerequisite state, such as a lock timeout (55), operator intervention (57), system error (58).
     *
     * @see <a href="https://www.postgresql.org/docs/18/errcodes-appendix.html">PostgreSQL: error codes</a>
     */
    private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "55", "57", "58");

    private DatabaseErrors() {}

    /**
     * Whether the database rejected the statement for a reason that a retry won't change: a trigger, a constraint, its
     * syntax.
     */
    static boolean isBug(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof R2dbcException e && e.getSqlState() != null) {
                String state = e.getSqlState();
                return state.length() == 5 && !TRANSIENT.contains(state.substring(0, 2));
            }
        }
        return false;
    }
}
