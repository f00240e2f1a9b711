package dev.jangbu.api.database;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import io.r2dbc.spi.ValidationDepth;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.boot.r2dbc.ConnectionFactoryDecorator;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Limits the pool's validation round trips to one a second for each connection. In between, the pool checks the local
 * state only, which detects a connection that the server has closed. An unresponsive server is detected by the next
 * round trip, or by {@link AnswerDeadline}. A round trip before every use would double the latency of short statements.
 *
 * <p>A connection to a server that the {@link WriteGate} does not let it write to is read-only, from before its first
 * statement: PostgreSQL refuses every write of the service, whichever code it comes from.
 */
@Component
final class ValidatedConnections implements ConnectionFactoryDecorator {

    /** How long a connection counts as valid after a successful round trip. */
    private static final Duration VALID_FOR = Duration.ofSeconds(1);

    private final WriteGate gate;

    ValidatedConnections(WriteGate gate) {
        this.gate = gate;
    }

    @Override
    public ConnectionFactory decorate(ConnectionFactory connections) {
        return new ConnectionFactory() {
            @Override
            public Publisher<? extends Connection> create() {
                return Mono.from(connections.create()).flatMap(connection -> new ValidatedConnection(connection, gate)
                        .admitted()
                        .onErrorResume(failure -> Mono.from(connection.close()).then(Mono.error(failure))));
            }

            @Override
            public ConnectionFactoryMetadata getMetadata() {
                return connections.getMetadata();
            }
        };
    }

    /** Delegates everything except {@code validate} to the connection. */
    private static final class ValidatedConnection implements InvocationHandler {

        private final Connection connection;
        private final WriteGate gate;
        private volatile long validatedAtNanos = System.nanoTime();
        private volatile long generation;
        private volatile boolean writable = true;

        private ValidatedConnection(Connection connection, WriteGate gate) {
            this.connection = connection;
            this.gate = gate;
        }

        Mono<Connection> admitted() {
            return applyGate().then(Mono.fromSupplier(() -> (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, this)));
        }

        @Override
        public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            if (method.getName().equals("validate")) {
                return Mono.defer(this::validate);
            }
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private Mono<Boolean> validate() {
            if (generation != gate.generation()) {
                return applyGate().thenReturn(true);
            }
            long nowNanos = System.nanoTime();
            return nowNanos - validatedAtNanos < VALID_FOR.toNanos()
                    ? Mono.from(connection.validate(ValidationDepth.LOCAL))
                    : Mono.from(connection.validate(ValidationDepth.REMOTE))
                            .doOnNext(valid -> validatedAtNanos = nowNanos);
        }

        private Mono<Void> applyGate() {
            long current = gate.generation();
            return gate.mayWrite(connection)
                    .flatMap(mayWrite -> mayWrite == writable ? Mono.empty() : setWritable(mayWrite))
                    .then(Mono.fromRunnable(() -> generation = current));
        }

        private Mono<Void> setWritable(boolean mayWrite) {
            String mode = mayWrite ? "READ WRITE" : "READ ONLY";
            return Flux.from(connection
                            .createStatement("SET SESSION CHARACTERISTICS AS TRANSACTION " + mode)
                            .execute())
                    .flatMap(result -> result.getRowsUpdated())
                    .then(Mono.fromRunnable(() -> writable = mayWrite));
        }
    }
}
