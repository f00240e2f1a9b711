package dev.jangbu.api.continuity;

import static dev.jangbu.api.database.RowMapping.required;

import dev.jangbu.api.continuity.ServerState.Server;
import dev.jangbu.api.database.Sql;
import dev.jangbu.contract.DatabaseMark;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.Readable;
import io.r2dbc.spi.Statement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads the facts about a server on a connection that has run no statement yet. */
final class ServerQueries {

    private static final String SERVER = "SELECT database, system_identifier, started_at FROM server_position";
    private static final String STATE = Sql.read(ServerQueries.class, "read-server.sql");

    private static final UUID NIL = new UUID(0, 0);

    private ServerQueries() {}

    static Mono<Server> server(Connection connection) {
        return one(connection.createStatement(SERVER), ServerQueries::server);
    }

    /** @param expected the mark to look for; null: none */
    static Mono<ServerState> state(Connection connection, @Nullable DatabaseMark expected, List<UUID> requests) {
        Statement statement = connection
                .createStatement(STATE)
                .bind("$1", expected == null ? 0L : expected.getSequence())
                .bind("$2", expected == null ? NIL : UUID.fromString(expected.getNonce()))
                .bind("$3", requests.toArray(UUID[]::new));
        return one(
                statement,
                row -> new ServerState(
                        server(row),
                        row.get("timeline", Integer.class),
                        row.get("lsn", Long.class),
                        required(row, "has_expected_mark", Boolean.class),
                        required(row, "has_payments", Boolean.class),
                        required(row, "acknowledged", Long.class),
                        required(row, "missing_requests", Long.class)));
    }

    private static Server server(Readable row) {
        return new Server(
                required(row, "database", String.class),
                required(row, "system_identifier", Long.class),
                required(row, "started_at", Instant.class));
    }

    private static <T> Mono<T> one(Statement statement, Function<Readable, T> mapping) {
        return Flux.from(statement.execute())
                .flatMap(result -> result.map(mapping))
                .single();
    }
}
