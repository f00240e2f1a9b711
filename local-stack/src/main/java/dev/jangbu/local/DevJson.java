package dev.jangbu.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What scripts need to talk to a running stack, as {@code dev.json} in its data directory. It is there while the stack is
 * ready, and only its owner may read it.
 *
 * @param api base URL of the public API, with {@code /v1}
 * @param apiKey a key with all scopes
 * @param payments libpq URI of the payments database, role jangbu_audit
 * @param ledger libpq URI of the book's database, role jangbu_audit
 * @param roles libpq URI of each role, in the database where it works (jangbu_owner and jangbu_audit: the payments database)
 * @param kafka bootstrap servers
 * @param registry base URL of the schema registry
 * @param connect base URL of Kafka Connect
 * @param simulator base URL of the PSP simulator
 */
record DevJson(
        String api,
        String apiKey,
        String payments,
        String ledger,
        Map<String, String> roles,
        String kafka,
        String registry,
        String connect,
        String simulator) {

    private static final String PAYMENTS = "jangbu_payment";
    private static final String LEDGER = "jangbu_ledger";

    static DevJson of(Ports ports, Secrets secrets) {
        Map<String, String> roles = new LinkedHashMap<>();
        roles.put("jangbu_owner", uri(ports, secrets, "jangbu_owner", PAYMENTS));
        roles.put("jangbu_payment", uri(ports, secrets, "jangbu_payment", PAYMENTS));
        roles.put("jangbu_ledger", uri(ports, secrets, "jangbu_ledger", LEDGER));
        roles.put("jangbu_cdc", uri(ports, secrets, "jangbu_cdc", PAYMENTS));
        roles.put("jangbu_maintenance", uri(ports, secrets, "jangbu_maintenance", PAYMENTS));
        roles.put("jangbu_audit", uri(ports, secrets, "jangbu_audit", PAYMENTS));
        roles.put("postgres", uri(ports, secrets, "postgres", "postgres"));
        return new DevJson(
                ports.url(PartName.PAYMENT_API) + "/v1",
                secrets.apiKey(),
                uri(ports, secrets, "jangbu_audit", PAYMENTS),
                uri(ports, secrets, "jangbu_audit", LEDGER),
                roles,
                ports.address(PartName.KAFKA),
                ports.url(PartName.REGISTRY),
                ports.url(PartName.CONNECT),
                ports.url(PartName.PSP_SIMULATOR));
    }

    /** @throws CommandException if no stack is ready on that data directory */
    static DevJson of(DataDirectory data) {
        Path file = data.devJson();
        if (Files.notExists(file)) {
            throw new CommandException(
                    "No stack is ready on %s: start one with ./jangbu up, or name its --data directory."
                            .formatted(data.root()));
        }
        try {
            DevJson read = new ObjectMapper().readValue(file.toFile(), DevJson.class);
            if (!Probe.listens(port(read.kafka()))) {
                throw new CommandException(
                        "The stack on %s was killed: nothing listens at %s. Start it again with ./jangbu up."
                                .formatted(data.root(), read.kafka()));
            }
            return read;
        } catch (IOException e) {
            throw new CommandException("%s can't be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    void write(DataDirectory data) throws IOException {
        PrivateFile.write(
                data.devJson(),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(this) + System.lineSeparator());
    }

    /** Says nothing of the secrets. */
    @Override
    public String toString() {
        return "DevJson[" + api + "]";
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static String uri(Ports ports, Secrets secrets, String role, String database) {
        return "postgresql://%s:%s@%s/%s"
                .formatted(role, secrets.password(role), ports.address(PartName.POSTGRES), database);
    }
}
