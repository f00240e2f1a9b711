package dev.jangbu.operator.installation;

import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.operator.console.CommandException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name an installation. Each one overrides its environment variable. No option takes a secret. */
public final class InstallationOptions {

    /** A command on an installation, which returns its exit code. */
    public interface Work {
        int run(Installation installation) throws Exception;
    }

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
        flags.put("--kafka", kafka);
        flags.put("--registry", registry);
        flags.put("--postgres", postgres);
        flags.put("--connect", connect);
        flags.put("--api", api);
        flags.values().removeIf(Objects::isNull);
        return Installation.of(flags, System.getenv(), data.directory());
    }

    /**
     * @return its exit code
     * @throws CommandException naming the part of the installation that does not respond
     */
    public int run(Work work) throws Exception {
        Installation installation = installation();
        try {
            return work.run(installation);
        } catch (RegistryUnavailableException e) {
            throw new CommandException("The registry at %s: %s".formatted(installation.registry(), e.getMessage()), e);
        } catch (KafkaException e) {
            throw new CommandException("Kafka at %s: %s".formatted(installation.kafka(), e.getMessage()), e);
        }
    }
}
