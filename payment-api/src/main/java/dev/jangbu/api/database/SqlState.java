package dev.jangbu.api.database;

import io.r2dbc.spi.R2dbcException;
import java.util.Optional;

/**
 * The code of a database error.
 *
 * @see <a href="https://www.postgresql.org/docs/18/errcodes-appendix.html">PostgreSQL: error codes</a>
 */
public final class SqlState {

    private SqlState() {}

    /** The SQLSTATE of the database error that caused this one; empty if there is none. */
    public static Optional<String> of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof R2dbcException e && e.getSqlState() != null) {
                return Optional.of(e.getSqlState());
            }
        }
        return Optional.empty();
    }
}
