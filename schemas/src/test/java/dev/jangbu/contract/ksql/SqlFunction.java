package dev.jangbu.contract.ksql;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The functions of ksqlDB that the files use, with their parameter and result types. */
enum SqlFunction {
    COUNT(true, Set.of()),
    SUM(true, Set.of("BIGINT", "INTEGER")),
    MIN(true, Set.of("BIGINT", "INTEGER")),
    MAX(true, Set.of("BIGINT", "INTEGER")),
    LATEST_BY_OFFSET(true, Set.of()),
    EXPLODE(false, Set.of("ARRAY")),
    FROM_BYTES(false, Set.of("BYTES")),
    UNIX_TIMESTAMP(false, Set.of("TIMESTAMP")),
    FROM_UNIXTIME(false, Set.of("BIGINT"));

    private final boolean aggregate;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable
    private final Set<String> takes;

    SqlFunction(boolean aggregate, Set<String> takes) {
        this.aggregate = aggregate;
        this.takes = takes;
    }

    static Optional<SqlFunction> named(String name) {
        return Stream.of(values())
                .filter(function -> function.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }

    boolean isAggregate() {
        return aggregate;
    }

    boolean takes(KsqlType argument) {
        return takes.isEmpty() || argument.name().equals("ANY") || takes.contains(argument.name());
    }

    KsqlType gives(KsqlType argument) {
        return switch (this) {
            case COUNT, UNIX_TIMESTAMP -> KsqlType.of("BIGINT");
            case SUM, MIN, MAX, LATEST_BY_OFFSET -> argument;
            case EXPLODE ->
                argument.items().isEmpty() ? KsqlType.ANY : argument.items().getFirst();
            case FROM_BYTES -> KsqlType.of("STRING");
            case FROM_UNIXTIME -> KsqlType.of("TIMESTAMP");
        };
    }
}
