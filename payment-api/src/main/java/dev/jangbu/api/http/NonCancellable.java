package dev.jangbu.api.http;

import reactor.core.publisher.Mono;

/** Runs work to its end even if the client disconnects: money may already be moving. */
public final class NonCancellable {

    private NonCancellable() {}

    /** Starts the work on subscription; cancelling the returned {@code Mono} doesn't cancel the work. */
    public static <T> Mono<T> run(Mono<T> work) {
        return Mono.defer(() -> Mono.fromFuture(work.toFuture(), true));
    }
}
