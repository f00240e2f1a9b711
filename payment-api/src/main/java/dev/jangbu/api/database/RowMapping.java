package dev.jangbu.api.database;

import io.r2dbc.spi.Readable;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/** RowMapping in and out of statements. */
public final class RowMapping {

    private RowMapping() {}

    /** A column that is never null. */
    public static <T> T required(Readable row, String column, Class<T> type) {
        return Objects.requireNonNull(row.get(column, type), column);
    }

    /** One column of many rows, for {@code unnest}. */
    public static <R, C> C[] column(Collection<R> rows, Function<R, C> value, IntFunction<C[]> array) {
        return rows.stream().map(value).toArray(array);
    }

    /** Binds a value that may be null. */
    public static <T> GenericExecuteSpec bind(
            GenericExecuteSpec statement, String name, @Nullable T value, Class<T> type) {
        return value == null ? statement.bindNull(name, type) : statement.bind(name, value);
    }

    /** Whether the statement changed its one row. */
    public static Mono<Boolean> changed(GenericExecuteSpec statement) {
        return statement.fetch().rowsUpdated().map(updated -> updated == 1);
    }

    /** Runs a statement that must change exactly one row, because that row is locked or new. */
    public static Mono<Void> changeOne(GenericExecuteSpec statement) {
        return changed(statement)
                .flatMap(changed -> changed
                        ? Mono.<Void>empty()
                        : Mono.error(new IllegalStateException("A locked row changed under its lock")));
    }
}
