package dev.jangbu.proving.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * The addresses and credentials of a running stack, from {@code dev.json} in its data directory.
 *
 * @param api base URL of the HTTP API, with {@code /v1}
 * @param apiKey an API key with all scopes
 * @param payments libpq URI of the payments database, role jangbu_audit
 * @param ledger libpq URI of the ledger's database, role jangbu_audit
 * @param roles libpq URIs by role
 * @param kafka bootstrap servers
 */
public record StackAddress(
        String api,
        String apiKey,
        String payments,
        String ledger,
        JsonNode roles,
        String kafka,
        String registry,
        String connect,
        String simulator) {

    /** @throws IOException if the file is missing or malformed */
    public static StackAddress read(Path dataDirectory) throws IOException {
        return new ObjectMapper().readValue(dataDirectory.resolve("dev.json").toFile(), StackAddress.class);
    }

    /** A connection to the payments database with the role jangbu_audit. */
    public Connection openPayments() throws SQLException {
        return open(payments);
    }

    /** A connection to the ledger's database with the role jangbu_audit. */
    public Connection openLedger() throws SQLException {
        return open(ledger);
    }

    /** A connection with a role, to the database of that role's URI. */
    public Connection openAs(String role) throws SQLException {
        return open(roles.get(role).asText());
    }

    /** A connection to the ledger's database with a role, also if that role's URI names another database. */
    public Connection openLedgerAs(String role) throws SQLException {
        URI database = URI.create(ledger);
        String user = URI.create(roles.get(role).asText()).getRawUserInfo();
        return open("postgresql://" + user + "@"
                + database.getAuthority().substring(database.getAuthority().indexOf('@') + 1) + database.getPath());
    }

    private static Connection open(String libpqUri) throws SQLException {
        URI uri = URI.create(libpqUri);
        String[] user = uri.getUserInfo().split(":", 2);
        Properties properties = new Properties();
        properties.setProperty("user", user[0]);
        properties.setProperty("password", user[1]);
        return DriverManager.getConnection(
                "jdbc:postgresql://%s:%d%s".formatted(uri.getHost(), uri.getPort(), uri.getPath()), properties);
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "StackAddress[" + api + "]";
    }
}
