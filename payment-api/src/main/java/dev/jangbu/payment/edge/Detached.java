package dev.jangbu.payment.edge;

import reactor.core.publisher.Mono;

/** Work that a client's going away must not break off half-way: money may be on its way. */
public final class Detached {

    private Detached() {}

    /** Runs the work to its end, whoever still listens. */
    public static <T> Mono<T> run(Mono<T> work) {
        return Mono.defer(() -> Mono.fromFuture(work.toFuture(), true));
    }
}
