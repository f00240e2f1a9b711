package dev.jangbu.ledger.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The first and last recording time of a set of lines; both null if the set is empty. */
record RecordedRange(@Nullable Instant first, @Nullable Instant last) {

    /** Reads the columns {@code first} and {@code last}. */
    static RecordedRange of(ResultSet row, int number) throws SQLException {
        return new RecordedRange(time(row, "first"), time(row, "last"));
    }

    /** Whether the range after {@code at} is shorter than the range before it. */
    boolean isNearerToEnd(Instant at) {
        return first != null && last != null && Duration.between(at, last).compareTo(Duration.between(first, at)) < 0;
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
