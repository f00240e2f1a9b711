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
import reactor.core.publisher.Mono;

/**
 * Connections that the pool tries before each use, by a round trip once in {@link #TRUSTED} at most, in between by what is
 * known here. One that the server has closed is known to be; one whose server has fallen silent is found out by the next
 * round trip. A round trip for each use would be half of what some uses take.
 */
@Component
final class ValidatedConnections implements ConnectionFactoryDecorator {

    /** How long a connection that has answered counts as one that answers. */
    static final Duration TRUSTED = Duration.ofSeconds(1);

    @Override
    public ConnectionFactory decorate(ConnectionFactory connections) {
        return new ConnectionFactory() {
            @Override
            public Publisher<? extends Connection> create() {
                return Mono.from(connections.create()).map(Tried::of);
            }

            @Override
            public ConnectionFactoryMetadata getMetadata() {
                return connections.getMetadata();
            }
        };
    }

    /** Everything but being tried is the connection's own business. */
    private static final class Tried implements InvocationHandler {

        private final Connection connection;
        private volatile long triedAtNanos = System.nanoTime();

        private Tried(Connection connection) {
            this.connection = connection;
        }

        static Connection of(Connection connection) {
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, new Tried(connection));
        }

        @Override
        public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            if (method.getName().equals("validate")) {
                return Mono.defer(this::answers);
            }
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }

        private Mono<Boolean> answers() {
            long nowNanos = System.nanoTime();
            return nowNanos - triedAtNanos < TRUSTED.toNanos()
                    ? Mono.from(connection.validate(ValidationDepth.LOCAL))
                    : Mono.from(connection.validate(ValidationDepth.REMOTE))
                            .doOnNext(answered -> triedAtNanos = nowNanos);
        }
    }
}
