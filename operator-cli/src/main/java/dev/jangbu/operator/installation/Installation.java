package dev.jangbu.operator.installation;

import dev.jangbu.operator.console.CommandException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The addresses and credentials of one installation. Each setting comes from the first of these sources that has it:
 *
 * <ol>
 *   <li>a command-line flag, for instance {@code --kafka}; secrets have none
 *   <li>an environment variable, for instance {@code JANGBU_KAFKA} or {@code JANGBU_AUDIT_PASSWORD}
 *   <li>{@code dev.json} in the data directory of a local stack
 * </ol>
 *
 * <p>A setting is resolved on access: a command that reads Kafka alone needs no password. A missing setting is a
 * {@link CommandException} that names its sources. Not thread-safe.
 */
public final class Installation {

    private static final String AUDIT = "jangbu_audit";
    private static final String PAYMENTS = "jangbu_payment";
    private static final String LEDGER = "jangbu_ledger";
    private static final String CONNECT_TIMEOUT_SECONDS = "5";

    /** A setting with a variable of its own. */
    private enum Setting {
        KAFKA("The address of Kafka", "--kafka", "JANGBU_KAFKA", StackDescriptor::kafka),
        REGISTRY("The URL of the schema registry", "--registry", "JANGBU_REGISTRY", StackDescriptor::registry),
        POSTGRES("The address of PostgreSQL", "--postgres", "JANGBU_POSTGRES", StackDescriptor::postgres),
        CONNECT("The URL of Kafka Connect", "--connect", "JANGBU_CONNECT", StackDescriptor::connect),
        API("The URL of the public API", "--api", "JANGBU_API", StackDescriptor::api),
        API_KEY("The API key", null, "JANGBU_API_KEY", StackDescriptor::apiKey),
        SIMULATOR("The URL of the PSP simulator", null, "JANGBU_SIMULATOR", StackDescriptor::simulator);

        private final String label;
        private final @Nullable String flag;
        private final String variable;
        private final Function<StackDescriptor, @Nullable String> local;

        Setting(
                String label,
                @Nullable String flag,
                String variable,
                Function<StackDescriptor, @Nullable String> local) {
            this.label = label;
            this.flag = flag;
            this.variable = variable;
            this.local = local;
        }
    }

    private final Map<String, String> flags;
    private final Map<String, String> environment;
    private final Path dataDirectory;
    private final Supplier<Optional<StackDescriptor>> reader;
    private @Nullable StackDescriptor descriptor;

    private Installation(
            Map<String, String> flags,
            Map<String, String> environment,
            Path dataDirectory,
            Supplier<Optional<StackDescriptor>> reader) {
        this.flags = Map.copyOf(flags);
        this.environment = Map.copyOf(environment);
        this.dataDirectory = dataDirectory;
        this.reader = reader;
    }

    /**
     * An installation of three sources.
     *
     * @param flags the flags that were given, by their names, for instance {@code --kafka}
     * @param environment the environment variables
     * @param dataDirectory the data directory of a local stack; it need not exist
     */
    public static Installation of(Map<String, String> flags, Map<String, String> environment, Path dataDirectory) {
        return new Installation(flags, environment, dataDirectory, () -> StackDescriptor.readRunning(dataDirectory));
    }

    /** A local stack, as its {@code dev.json} describes it. Its parts may be down. */
    public static Installation ofLocalStack(Path dataDirectory) {
        return new Installation(Map.of(), Map.of(), dataDirectory, () -> StackDescriptor.read(dataDirectory));
    }

    /** Kafka's bootstrap servers. */
    public String kafka() {
        return value(Setting.KAFKA);
    }

    /** The base URL of the schema registry. */
    public String registry() {
        return value(Setting.REGISTRY);
    }

    /** The host:port of the PostgreSQL server. */
    public String postgres() {
        return value(Setting.POSTGRES);
    }

    /** The base URL of Kafka Connect. */
    public String connect() {
        return value(Setting.CONNECT);
    }

    /** The base URL of the public API, with {@code /v1}. */
    public String api() {
        return value(Setting.API);
    }

    /** A key of the public API with all scopes. */
    public String apiKey() {
        return value(Setting.API_KEY);
    }

    /** The base URL of the PSP simulator. */
    public String simulator() {
        return value(Setting.SIMULATOR);
    }

    /** The password of a PostgreSQL role: {@code JANGBU_AUDIT_PASSWORD} is that of {@code jangbu_audit}. */
    public String password(String role) {
        String variable = passwordVariable(role);
        return explicit(null, variable)
                .orElseGet(
                        () -> local("The password of the role " + role, null, variable, stack -> stack.password(role)));
    }

    /** The environment variable of a role's password. */
    public static String passwordVariable(String role) {
        String name = role.startsWith("jangbu_") ? role : "jangbu_" + role;
        return name.toUpperCase(Locale.ROOT) + "_PASSWORD";
    }

    /** A connection to the payments database as {@code jangbu_audit}. */
    public Connection openPayments() throws SQLException {
        return open(AUDIT, PAYMENTS);
    }

    /** A connection to the ledger's database as {@code jangbu_audit}. */
    public Connection openLedger() throws SQLException {
        return open(AUDIT, LEDGER);
    }

    /** A connection as a role, to the database where the role works. */
    public Connection openAs(String role) throws SQLException {
        return open(
                role,
                switch (role) {
                    case LEDGER -> LEDGER;
                    case "postgres" -> "postgres";
                    default -> PAYMENTS;
                });
    }

    /** A connection as a role to the ledger's database. */
    public Connection openLedgerAs(String role) throws SQLException {
        return open(role, LEDGER);
    }

    private Connection open(String role, String database) throws SQLException {
        String server = postgres() + "/" + database;
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", password(role));
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        try {
            return DriverManager.getConnection("jdbc:postgresql://" + server, properties);
        } catch (SQLException e) {
            throw new SQLException("PostgreSQL at %s: %s".formatted(server, e.getMessage()), e.getSQLState(), e);
        }
    }

    /**
     * Rejects a mixture of a named Kafka and a local PostgreSQL, or the reverse. A command that compares the two would
     * compare different installations.
     *
     * @throws CommandException if only one of the two has a flag or variable
     */
    public void requireKafkaAndPostgresOfOneSource() {
        boolean kafkaIsNamed =
                explicit(Setting.KAFKA.flag, Setting.KAFKA.variable).isPresent();
        boolean postgresIsNamed =
                explicit(Setting.POSTGRES.flag, Setting.POSTGRES.variable).isPresent();
        if (kafkaIsNamed != postgresIsNamed) {
            Setting missing = kafkaIsNamed ? Setting.POSTGRES : Setting.KAFKA;
            throw new CommandException(
                    "%s is missing: set %s or %s. This command needs Kafka and PostgreSQL of the same"
                                    .formatted(missing.label, missing.flag, missing.variable)
                            + " installation, and does not combine a named one with a local stack.");
        }
    }

    private String value(Setting setting) {
        return explicit(setting.flag, setting.variable)
                .orElseGet(() -> local(setting.label, setting.flag, setting.variable, setting.local));
    }

    private Optional<String> explicit(@Nullable String flag, String variable) {
        return Optional.ofNullable(flag == null ? null : flags.get(flag))
                .or(() -> Optional.ofNullable(environment.get(variable)))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private String local(
            String label, @Nullable String flag, String variable, Function<StackDescriptor, @Nullable String> read) {
        String missing = "%s is missing: set %s.".formatted(label, flag == null ? variable : flag + " or " + variable);
        if (descriptor == null) {
            descriptor = reader.get()
                    .orElseThrow(() -> new CommandException(missing
                            + " No stack is ready on %s: start one with ./jangbu up, or name its directory with --data."
                                    .formatted(dataDirectory)));
        }
        String value = read.apply(descriptor);
        if (value == null) {
            throw new CommandException(missing
                    + " %s does not contain it: restart the stack with ./jangbu up."
                            .formatted(dataDirectory.resolve(StackDescriptor.FILE)));
        }
        return value;
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return "Installation[flags %s, data directory %s]".formatted(flags, dataDirectory);
    }
}
