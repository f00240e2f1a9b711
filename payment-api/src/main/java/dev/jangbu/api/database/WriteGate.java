package dev.jangbu.api.database;

import io.r2dbc.spi.Connection;
import reactor.core.publisher.Mono;

/** Decides which connections of the pool may write. */
public interface WriteGate {

    /** Judges the server behind a connection. True if the connection may write. */
    Mono<Boolean> mayWrite(Connection connection);

    /** A number that changes whenever an earlier answer of {@link #mayWrite} may no longer hold. */
    long generation();
}
