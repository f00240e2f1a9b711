package dev.jangbu.local;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The parts of the stack, by the names that pid files, logs and environment variables have. */
enum PartName {
    POSTGRES(15432),
    KAFKA(9092),
    REGISTRY(8084),
    CONNECT(8083),
    PSP_SIMULATOR(8090),
    PAYMENT_API(8080),
    STREAMS_PROCESSOR(8081),
    LEDGER_SERVICE(8082);

    /**
     * Stopped one group after the other, so that each finds what it still needs to end well: producers before the broker,
     * readers of the databases before the server.
     */
    static final List<List<PartName>> STOP_ORDER = List.of(
            List.of(PAYMENT_API, STREAMS_PROCESSOR, LEDGER_SERVICE),
            List.of(CONNECT),
            List.of(PSP_SIMULATOR),
            List.of(KAFKA),
            List.of(REGISTRY),
            List.of(POSTGRES));

    private final int defaultPort;

    PartName(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    int defaultPort() {
        return defaultPort;
    }

    /** For instance {@code payment-api}. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The environment variable that moves the part's port, for instance {@code JANGBU_PAYMENT_API_PORT}. */
    String portVariable() {
        return "JANGBU_" + name() + "_PORT";
    }

    /** @throws CommandException if no part has that name */
    static PartName of(String text) {
        return Arrays.stream(values())
                .filter(part -> part.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new CommandException("There is no part '%s'. The parts are %s."
                        .formatted(
                                text,
                                Arrays.stream(values()).map(PartName::text).collect(Collectors.joining(", ")))));
    }
}
