package dev.jangbu.api.history;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.http.Page;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** Reads the history of a payment, a refund or a payout. */
@Component
public class History {

    private static final String LIST = """
            SELECT from_status, to_status, cause, at, version
              FROM history
             WHERE resource_id = :resource AND version > :after
             ORDER BY version
             LIMIT :rows
            """;

    private final DatabaseClient database;

    History(DatabaseClient database) {
        this.database = database;
    }

    /**
     * A change of status.
     *
     * @param from null for the creation
     * @param cause the call or background task that caused it
     * @param version the resource's version after the change
     */
    public record Change(@Nullable String from, String to, String cause, Instant at, long version) {

        /** The sort key, for the cursor. */
        public String key() {
            return Long.toString(version);
        }
    }

    /** Lists the changes, oldest first; empty if there is no such resource. */
    public Flux<Change> of(UUID resource, Page page) {
        Long after = page.after(Long::valueOf);
        return database.sql(LIST)
                .bind("resource", resource)
                .bind("after", after == null ? 0 : after)
                .bind("rows", page.rows())
                .map(row -> new Change(
                        row.get("from_status", String.class),
                        required(row, "to_status", String.class),
                        required(row, "cause", String.class),
                        required(row, "at", Instant.class),
                        required(row, "version", Long.class)))
                .all();
    }
}
