package dev.jangbu.local.stack;

import dev.jangbu.operator.installation.StackDescriptor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The deployment on this machine: the values that all parts share.
 *
 * @param home the root of the repository
 * @param data the directory of this stack's data
 */
public record Stack(Path home, DataDirectory data, Ports ports, Secrets secrets) {

    private static final String PAYMENTS = "jangbu_payment";
    private static final String LEDGER = "jangbu_ledger";

    /** Each role that clients may use, with the database where it works. */
    private static final List<Map.Entry<String, String>> ROLE_DATABASES = List.of(
            Map.entry("jangbu_owner", PAYMENTS),
            Map.entry("jangbu_payment", PAYMENTS),
            Map.entry("jangbu_ledger", LEDGER),
            Map.entry("jangbu_cdc", PAYMENTS),
            Map.entry("jangbu_maintenance", PAYMENTS),
            Map.entry("jangbu_audit", PAYMENTS),
            Map.entry("postgres", "postgres"));

    /** The content of {@code dev.json}. */
    public StackDescriptor descriptor() {
        Map<String, String> roles = new LinkedHashMap<>();
        ROLE_DATABASES.forEach(role -> roles.put(role.getKey(), uri(role.getKey(), role.getValue())));
        return new StackDescriptor(
                ports.url(PartName.PAYMENT_API) + "/v1",
                secrets.apiKey(),
                uri("jangbu_audit", PAYMENTS),
                uri("jangbu_audit", LEDGER),
                roles,
                ports.address(PartName.KAFKA),
                ports.url(PartName.REGISTRY),
                ports.url(PartName.CONNECT),
                ports.url(PartName.PSP_SIMULATOR),
                secrets.psp());
    }

    private String uri(String role, String database) {
        return "postgresql://%s:%s@%s/%s"
                .formatted(role, secrets.password(role), ports.address(PartName.POSTGRES), database);
    }
}
