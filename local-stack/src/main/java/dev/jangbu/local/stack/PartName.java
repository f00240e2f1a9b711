package dev.jangbu.local.stack;

import dev.jangbu.operator.console.CommandException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The parts of the stack. Their names appear in pid files, logs and environment variables. */
public enum PartName {
    POSTGRES(15432),
    KAFKA(9092),
    REGISTRY(8084),
    CONNECT(8083),
    PSP_SIMULATOR(8090),
    PAYMENT_API(8080),
    STREAMS_PROCESSOR(8081),
    LEDGER_SERVICE(8082);

    /**
     * The groups in the order in which they are stopped: producers before the broker, database clients before the
     * server.
     */
    public static final List<List<PartName>> STOP_ORDER = List.of(
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

    public int defaultPort() {
        return defaultPort;
    }

    /** The name, for instance {@code payment-api}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The environment variable of the port, for instance {@code JANGBU_PAYMENT_API_PORT}. */
    public String portVariable() {
        return "JANGBU_" + name() + "_PORT";
    }

    /** @throws CommandException if there is no such part */
    public static PartName of(String text) {
        return Arrays.stream(values())
                .filter(part -> part.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new CommandException("There is no part '%s'. The parts are %s."
                        .formatted(
                                text,
                                Arrays.stream(values()).map(PartName::text).collect(Collectors.joining(", ")))));
    }
}
