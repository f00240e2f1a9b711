package dev.jangbu.api.database;

import io.r2dbc.spi.Readable;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/** Helpers for reading rows and binding values. */
public final class RowMapping {

    private RowMapping() {}

    /** The value of a NOT NULL column. */
    public static <T> T required(Readable row, String column, Class<T> type) {
        return Objects.requireNonNull(row.get(column, type), column);
    }

    /** The values of one column as an array, for {@code unnest}. */
    public static <R, C> C[] column(Collection<R> rows, Function<R, C> value, IntFunction<C[]> array) {
        return rows.stream().map(value).toArray(array);
    }

    /** Runs a statement; true if it changed exactly one row. */
    public static Mono<Boolean> changed(GenericExecuteSpec statement) {
        return statement.fetch().rowsUpdated().map(updated -> updated == 1);
    }

    /** Runs a statement that must change exactly one row, because the caller has locked or inserted that row. */
    public static Mono<Void> changeOne(GenericExecuteSpec statement) {
        return changed(statement)
                .flatMap(changed -> changed
                        ? Mono.<Void>empty()
                        : Mono.error(new IllegalStateException("A locked row was changed by another transaction")));
    }
}
