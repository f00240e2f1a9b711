package dev.jangbu.ledger.book;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** From when to when something was recorded; what was not recorded at all has no ends. */
record Span(@Nullable Instant first, @Nullable Instant last) {

    /** Of a row with {@code first} and {@code last}. */
    static Span of(ResultSet row, int number) throws SQLException {
        return new Span(time(row, "first"), time(row, "last"));
    }

    /** Whether less lies between a moment and the end than between the beginning and the moment, by time. */
    boolean isNearerToEnd(Instant at) {
        return first != null && last != null && Duration.between(at, last).compareTo(Duration.between(first, at)) < 0;
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
