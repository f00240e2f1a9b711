package dev.jangbu.api.history;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.http.Page;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

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
    private final JsonMapper json;

    History(DatabaseClient database, JsonMapper json) {
        this.database = database;
        this.json = json;
    }

    /**
     * A change of status.
     *
     * @param from null for the creation
     * @param cause the call or background task that caused it
     * @param version the resource's version after the change
     */
    public record Change(@Nullable String from, String to, String cause, Instant at, long version) {}

    /** The response with the changes of the page, oldest first. */
    public Mono<ResponseEntity<byte[]>> of(UUID resource, Page page) {
        return page.toEntity(json, changes(resource, page), change -> Long.toString(change.version()));
    }

    private Flux<Change> changes(UUID resource, Page page) {
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
