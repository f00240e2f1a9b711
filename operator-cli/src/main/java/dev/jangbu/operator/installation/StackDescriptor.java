package dev.jangbu.operator.installation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The addresses and secrets of a local stack: the content of {@code dev.json} in its data directory. The file exists
 * while the stack is ready.
 *
 * @param api base URL of the public API, with {@code /v1}
 * @param apiKey a key with all scopes
 * @param payments libpq URI of the payments database, role jangbu_audit
 * @param ledger libpq URI of the ledger's database, role jangbu_audit
 * @param roles libpq URI of each role, in the database where it works (jangbu_owner and jangbu_audit: the payments
 *     database)
 * @param kafka bootstrap servers
 * @param registry base URL of the schema registry
 * @param connect base URL of Kafka Connect
 * @param simulator base URL of the PSP simulator
 * @param pspSecret the secret that the simulator accepts
 */
public record StackDescriptor(
        String api,
        String apiKey,
        String payments,
        String ledger,
        Map<String, String> roles,
        String kafka,
        String registry,
        String connect,
        String simulator,
        String pspSecret) {

    /** The file's name in the data directory. */
    public static final String FILE = "dev.json";

    // Later versions of the file have more fields.
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * Reads the file.
     *
     * @return empty if there is none
     * @throws CommandException if it is not a valid descriptor
     */
    static Optional<StackDescriptor> read(Path dataDirectory) {
        Path file = dataDirectory.resolve(FILE);
        try {
            return Optional.of(JSON.readValue(Files.readString(file), StackDescriptor.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CommandException("%s can't be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * Reads the file and checks that its stack runs: a killed stack leaves its file behind.
     *
     * @throws CommandException if nothing listens on Kafka's port
     */
    static Optional<StackDescriptor> readRunning(Path dataDirectory) {
        Optional<StackDescriptor> read = read(dataDirectory);
        read.filter(stack -> Arrays.stream(stack.kafka().split(",")).noneMatch(Probe::isListening))
                .ifPresent(stack -> {
                    throw new CommandException(
                            "The stack on %s was killed: nothing listens at %s. Start it again with ./jangbu up."
                                    .formatted(dataDirectory, stack.kafka()));
                });
        return read;
    }

    /** The file's content. */
    public String toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + System.lineSeparator();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The PostgreSQL server's host:port. */
    String postgres() {
        String authority = URI.create(ledger).getAuthority();
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    /** A role's password; null if the file does not contain the role. */
    @Nullable
    String password(String role) {
        String uri = roles.get(role);
        if (uri == null) {
            return null;
        }
        String authority = URI.create(uri).getAuthority();
        return authority.substring(authority.indexOf(':') + 1, authority.lastIndexOf('@'));
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return "StackDescriptor[" + api + "]";
    }
}
