package dev.jangbu.operator.installation;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name an installation. Each one overrides its environment variable. No option takes a secret. */
public final class InstallationOptions {

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Kafka's bootstrap servers (JANGBU_KAFKA)")
    private @Nullable String kafka;

    @Option(names = "--registry", paramLabel = "URL", description = "the schema registry (JANGBU_REGISTRY)")
    private @Nullable String registry;

    @Option(names = "--postgres", paramLabel = "HOST:PORT", description = "the PostgreSQL server (JANGBU_POSTGRES)")
    private @Nullable String postgres;

    @Option(names = "--connect", paramLabel = "URL", description = "Kafka Connect (JANGBU_CONNECT)")
    private @Nullable String connect;

    @Option(names = "--api", paramLabel = "URL", description = "the public API, with /v1 (JANGBU_API)")
    private @Nullable String api;

    /** The installation of these options, the environment, and the local stack's {@code dev.json}. */
    public Installation installation() {
        Map<String, String> flags = new HashMap<>();
        put(flags, "--kafka", kafka);
        put(flags, "--registry", registry);
        put(flags, "--postgres", postgres);
        put(flags, "--connect", connect);
        put(flags, "--api", api);
        return Installation.of(flags, System.getenv(), data.directory());
    }

    private static void put(Map<String, String> flags, String name, @Nullable String value) {
        if (value != null) {
            flags.put(name, value);
        }
    }
}
