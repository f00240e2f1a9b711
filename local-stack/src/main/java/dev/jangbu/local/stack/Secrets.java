package dev.jangbu.local.stack;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * The passwords and keys of one data directory. They are random, created once, and stored in a file that only its
 * owner can read. Parts receive them through the environment alone.
 */
public record Secrets(Map<String, String> byName) {

    /** The roles of the PostgreSQL server, its superuser last. */
    public static final List<String> ROLES = List.of(
            "jangbu_owner",
            "jangbu_payment",
            "jangbu_ledger",
            "jangbu_cdc",
            "jangbu_maintenance",
            "jangbu_audit",
            "jangbu_registry",
            "postgres");

    private static final String PSP = "psp";
    private static final String API_KEY = "api-key";

    /** Reads the file and adds the missing secrets to it. */
    public static Secrets loadOrCreate(Path file) {
        try {
            Properties stored = new Properties();
            if (Files.exists(file)) {
                stored.load(new StringReader(Files.readString(file)));
            }
            SequencedMap<String, String> secrets = new LinkedHashMap<>();
            for (String role : ROLES) {
                secrets.put(role, stored.getProperty(role, random("")));
            }
            secrets.put(PSP, stored.getProperty(PSP, random("test_sk_")));
            secrets.put(API_KEY, stored.getProperty(API_KEY, random("jk_dev_")));
            PrivateFile.write(
                    file,
                    secrets.entrySet().stream()
                            .map(secret -> secret.getKey() + "=" + secret.getValue() + "\n")
                            .collect(Collectors.joining()));
            return new Secrets(secrets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The password of a role of the PostgreSQL server. */
    public String password(String role) {
        return value(role);
    }

    /** The secret with which payment-api authenticates to the PSP. */
    public String psp() {
        return value(PSP);
    }

    /** The API key {@code dev}, with all scopes. */
    public String apiKey() {
        return value(API_KEY);
    }

    private String value(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    /** Shows no value. */
    @Override
    public String toString() {
        return "Secrets" + byName.keySet();
    }

    private static String random(String prefix) {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return prefix + HexFormat.of().formatHex(bytes);
    }
}
