package dev.jangbu.operator.installation;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.operator.console.CommandException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * {@link CommandException} that names its sources. Thread-safe.
 */
public final class Installation {

    private static final String AUDIT = "jangbu_audit";
    private static final String PAYMENTS = "jangbu_payment";
    private static final String LEDGER = "jangbu_ledger";
    private static final String CONNECT_TIMEOUT_SECONDS = "5";
    /** A command's statement may take long, but not without an answer forever. */
    private static final String ANSWER_TIMEOUT_SECONDS = "900";

    private static final Supplier<Optional<StackDescriptor>> NO_LOCAL_STACK = Optional::empty;

    /**
     * @param label the subject of the message that it is missing
     * @param flag its command-line flag; null for a secret
     * @param variable its environment variable
     * @param local reads it from a local stack
     */
    private record Setting(
            String label, @Nullable String flag, String variable, Function<StackDescriptor, @Nullable String> local) {

        String names() {
            return flag == null ? variable : flag + " or " + variable;
        }
    }

    private static final Setting KAFKA =
            new Setting("The address of Kafka", "--kafka", "JANGBU_KAFKA", StackDescriptor::kafka);
    private static final Setting REGISTRY =
            new Setting("The URL of the schema registry", "--registry", "JANGBU_REGISTRY", StackDescriptor::registry);
    private static final Setting POSTGRES =
            new Setting("The address of PostgreSQL", "--postgres", "JANGBU_POSTGRES", StackDescriptor::postgres);
    private static final Setting CONNECT =
            new Setting("The URL of Kafka Connect", "--connect", "JANGBU_CONNECT", StackDescriptor::connect);
    private static final Setting API =
            new Setting("The URL of the public API", "--api", "JANGBU_API", StackDescriptor::api);
    private static final Setting API_KEY = new Setting("The API key", null, "JANGBU_API_KEY", StackDescriptor::apiKey);
    private static final Setting SIMULATOR =
            new Setting("The URL of the PSP simulator", null, "JANGBU_SIMULATOR", StackDescriptor::simulator);
    private static final Setting PSP =
            new Setting("The URL of the PSP", null, "JANGBU_PSP_URL", StackDescriptor::simulator);
    private static final Setting PSP_SECRET =
            new Setting("The secret key of the PSP", null, "JANGBU_PSP_SECRET", StackDescriptor::pspSecret);

    private static final Set<String> VARIABLES = Stream.of(
                    KAFKA, REGISTRY, POSTGRES, CONNECT, API, API_KEY, SIMULATOR, PSP, PSP_SECRET)
            .map(Setting::variable)
            .collect(Collectors.toUnmodifiableSet());

    private final Map<String, String> flags;
    private final Map<String, String> environment;
    private final Path dataDirectory;
    private final Supplier<Optional<StackDescriptor>> reader;
    private final UnaryOperator<String> databases;
    private volatile @Nullable StackDescriptor descriptor;

    private Installation(
            Map<String, String> flags,
            Map<String, String> environment,
            Path dataDirectory,
            Supplier<Optional<StackDescriptor>> reader,
            UnaryOperator<String> databases) {
        this.flags = Map.copyOf(flags);
        this.environment = Map.copyOf(environment);
        this.dataDirectory = dataDirectory;
        this.reader = reader;
        this.databases = databases;
    }

    /**
     * @param flags the flags that were given, by their names, for instance {@code --kafka}
     * @param dataDirectory the data directory of a local stack; it need not exist
     */
    public static Installation of(Map<String, String> flags, Map<String, String> environment, Path dataDirectory) {
        return new Installation(
                flags,
                environment,
                dataDirectory,
                () -> StackDescriptor.readRunning(dataDirectory),
                UnaryOperator.identity());
    }

    /** A local stack, as its {@code dev.json} describes it at this call. Its parts may be down. */
    public static Installation ofLocalStack(Path dataDirectory) {
        Optional<StackDescriptor> descriptor = StackDescriptor.read(dataDirectory);
        return new Installation(Map.of(), Map.of(), dataDirectory, () -> descriptor, UnaryOperator.identity());
    }

    /**
     * This installation, without the local stack if a flag or variable names Kafka or PostgreSQL: a command that compares
     * several parts must not compare different installations. The parts of a local stack may be down.
     */
    public Installation ofOneSource() {
        boolean isNamed = named(KAFKA).isPresent() || named(POSTGRES).isPresent();
        Supplier<Optional<StackDescriptor>> local =
                isNamed ? NO_LOCAL_STACK : () -> StackDescriptor.read(dataDirectory);
        return new Installation(flags, environment, dataDirectory, local, databases);
    }

    /** @param names maps a database of this installation to the one that is opened instead, for instance a copy */
    public Installation withDatabases(UnaryOperator<String> names) {
        return new Installation(flags, environment, dataDirectory, reader, names.andThen(databases)::apply);
    }

    /** Kafka's bootstrap servers. */
    public String kafka() {
        return value(KAFKA);
    }

    /** The base URL of the schema registry. */
    public String registry() {
        return value(REGISTRY);
    }

    /** The serdes of the schemas in the registry. */
    public AvroSerdes serdes() {
        return new AvroSerdes(URI.create(registry()));
    }

    /** The host:port of the PostgreSQL server. */
    public String postgres() {
        return value(POSTGRES);
    }

    /** The base URL of Kafka Connect. */
    public String connect() {
        return value(CONNECT);
    }

    /** The base URL of the public API, with {@code /v1}. */
    public String api() {
        return value(API);
    }

    /** A key of the public API with all scopes. */
    public String apiKey() {
        return value(API_KEY);
    }

    /** The base URL of the PSP simulator. */
    public String simulator() {
        return value(SIMULATOR);
    }

    /** Whether the installation has a PSP simulator instead of a real PSP. */
    public boolean hasSimulator() {
        return find(SIMULATOR).isPresent();
    }

    /** The base URL of the PSP. */
    public String psp() {
        return value(PSP);
    }

    /** The secret key of the PSP. */
    public String pspSecret() {
        return value(PSP_SECRET);
    }

    /** The password of a PostgreSQL role: {@code JANGBU_AUDIT_PASSWORD} is that of {@code jangbu_audit}. */
    public String password(String role) {
        return value(passwordOf(role));
    }

    /** Whether the password of a PostgreSQL role is known. */
    public boolean hasPassword(String role) {
        return find(passwordOf(role)).isPresent();
    }

    private static Setting passwordOf(String role) {
        return new Setting(
                "The password of the role " + role, null, passwordVariable(role), stack -> stack.password(role));
    }

    /** The environment variable of a role's password. */
    public static String passwordVariable(String role) {
        String name = role.startsWith("jangbu_") ? role : "jangbu_" + role;
        return name.toUpperCase(Locale.ROOT) + "_PASSWORD";
    }

    /** Whether an environment variable has this name to set an address or a secret of an installation. */
    public static boolean isVariable(String name) {
        return VARIABLES.contains(name) || (name.startsWith("JANGBU_") && name.endsWith("_PASSWORD"));
    }

    /** A connection to the payments database as {@code jangbu_audit}. */
    public Connection openPayments() throws SQLException {
        return openAs(AUDIT);
    }

    /** A connection to the ledger's database as {@code jangbu_audit}. */
    public Connection openLedger() throws SQLException {
        return openLedgerAs(AUDIT);
    }

    /** A connection as a role, to the database where the role works. */
    public Connection openAs(String role) throws SQLException {
        return open(
                role,
                switch (role) {
                    case LEDGER, "postgres" -> role;
                    default -> PAYMENTS;
                });
    }

    /** A connection as a role to the ledger's database. */
    public Connection openLedgerAs(String role) throws SQLException {
        return open(role, LEDGER);
    }

    private Connection open(String role, String database) throws SQLException {
        String server = postgres() + "/" + databases.apply(database);
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", password(role));
        properties.setProperty("connectTimeout", CONNECT_TIMEOUT_SECONDS);
        properties.setProperty("socketTimeout", ANSWER_TIMEOUT_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
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
        boolean kafkaIsNamed = named(KAFKA).isPresent();
        if (kafkaIsNamed != named(POSTGRES).isPresent()) {
            Setting missing = kafkaIsNamed ? POSTGRES : KAFKA;
            throw new CommandException("%s is missing: set %s. This command needs Kafka and PostgreSQL of the same"
                            .formatted(missing.label, missing.names())
                    + " installation, and does not combine a named one with a local stack.");
        }
    }

    private String value(Setting setting) {
        return find(setting)
                .orElseThrow(() -> new CommandException(
                        "%s is missing: set %s. %s".formatted(setting.label, setting.names(), hint())));
    }

    private String hint() {
        if (reader == NO_LOCAL_STACK) {
            return "This command does not combine a named Kafka or PostgreSQL with a local stack.";
        }
        return descriptor == null
                ? "No stack is ready on %s: start one with ./jangbu up, or name its directory with --data."
                        .formatted(dataDirectory)
                : "%s does not contain it: restart the stack with ./jangbu up."
                        .formatted(dataDirectory.resolve(StackDescriptor.FILE));
    }

    private Optional<String> find(Setting setting) {
        return named(setting).or(() -> descriptor().flatMap(stack -> Optional.ofNullable(setting.local.apply(stack))));
    }

    private Optional<StackDescriptor> descriptor() {
        if (descriptor == null) {
            descriptor = reader.get().orElse(null);
        }
        return Optional.ofNullable(descriptor);
    }

    /** The value of the flag or the variable. A blank one counts as missing. */
    private Optional<String> named(Setting setting) {
        return Optional.ofNullable(setting.flag == null ? null : flags.get(setting.flag))
                .or(() -> Optional.ofNullable(environment.get(setting.variable)))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return "Installation[flags %s, data directory %s]".formatted(flags, dataDirectory);
    }
}
