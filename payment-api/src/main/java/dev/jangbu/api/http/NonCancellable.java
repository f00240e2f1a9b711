package dev.jangbu.api.http;

import reactor.core.publisher.Mono;

/** Work that a client's going away must not break off half-way: money may be on its way. */
public final class NonCancellable {

    private NonCancellable() {}

    /** Runs the work to its end, whoever still listens. */
    public static <T> Mono<T> run(Mono<T> work) {
        return Mono.defer(() -> Mono.fromFuture(work.toFuture(), true));
    }
}
