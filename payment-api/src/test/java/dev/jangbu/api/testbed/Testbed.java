package dev.jangbu.api.testbed;

import static org.awaitility.Awaitility.await;

import dev.jangbu.api.database.PaymentsDatabase;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topics;
import dev.jangbu.simulator.TestSimulator;
import dev.jangbu.testsupport.AtJvmEnd;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import dev.jangbu.testsupport.TestRegistry;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The service and all that it needs, started once for all tests of a JVM: PostgreSQL with a replication slot, a Kafka
 * broker, the schema registry, the PSP simulator behind a {@link PspProxy}.
 *
 * <pre>
 *   Client ──▶ Instance ──▶ PspProxy ──▶ TestSimulator
 *                 ├──▶ PaymentsDatabase
 *                 ◀── TestBroker, TestRegistry
 * </pre>
 *
 * <p>Tests share it, so each uses its own payments, sellers and keys: see {@link TestOrder}.
 */
public final class Testbed {

    /** An API key with every scope. */
    public static final String API_KEY = "test_key_with_all_scopes";

    /**
     * The shared instance's PSP timeout: long enough for held calls on a slow machine, see {@link #withShortTimeouts}.
     */
    private static final Duration PSP_TIMEOUT = Duration.ofSeconds(30);

    /** The PSP timeout of {@link #withShortTimeouts}, shorter than the simulator's. */
    public static final Duration SHORT_PSP_TIMEOUT = Duration.ofSeconds(3);

    /** The main instance's limit of concurrent calls for accepted payments. */
    public static final int ASYNC_CONCURRENCY = 2;

    /** How long a test waits for a condition, unless it says otherwise. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static @Nullable Testbed shared;
    private static @Nullable String failure;

    private final TestSimulator simulator = new TestSimulator(TemporaryFolder.create("simulator"));
    private final PspProxy proxy = new PspProxy(simulator.url());
    private final WalletServer wallets = new WalletServer();
    private final TestRegistry registry = new TestRegistry();
    private final PaymentsDatabase database;
    private final Instance main;

    /** Not a static initializer: the threads that it starts use this class. */
    @SuppressWarnings("StaticAssignmentOfThrowable") // Every later test fails with the same cause.
    private static synchronized Testbed shared() {
        if (failure != null) {
            throw new IllegalStateException("The testbed could not be started for an earlier test: " + failure);
        }
        if (shared == null) {
            try {
                shared = new Testbed();
            } catch (RuntimeException | Error e) {
                // No second try: each would leave processes behind until the end of this JVM.
                failure = e.toString();
                throw e;
            }
        }
        return shared;
    }

    private Testbed() {
        Awaitility.setDefaultTimeout(TIMEOUT);
        CompletableFuture<Void> topics = CompletableFuture.runAsync(Testbed::createTopics);
        database = migratedDatabase();
        topics.join();
        Provision.schemas(registry.awaitReady().url());
        main = start();
        // Registered after the first use of database and broker, so it runs before they stop.
        AtJvmEnd.run(this::close);
        awaitReady(main.client());
    }

    private void close() {
        main.close();
        simulator.close();
        wallets.close();
        registry.close();
    }

    private static void createTopics() {
        try (Admin admin = TestBroker.admin()) {
            Provision.topics(admin, Topics.LOCAL_PARTITIONS, 1);
        }
    }

    private static PaymentsDatabase migratedDatabase() {
        try {
            PaymentsDatabase database = PaymentsDatabase.deployed();
            database.createReplicationSlot();
            return database;
        } catch (SQLException e) {
            throw new IllegalStateException("The database could not be started", e);
        }
    }

    /** A client of the service that all tests share. */
    public static Client client() {
        return shared().main.client();
    }

    public static Instance main() {
        return shared().main;
    }

    public static PaymentsDatabase database() {
        return shared().database;
    }

    public static PspProxy psp() {
        return shared().proxy;
    }

    public static WalletServer wallets() {
        return shared().wallets;
    }

    /** The simulator's address, without the proxy. */
    public static URI simulator() {
        return shared().simulator.url();
    }

    public static URI registry() {
        return shared().registry.url();
    }

    /** Another instance of the service on the same database, with its own settings; the caller closes it. */
    public static Instance anotherInstance(String... settings) {
        Instance instance = shared().start(settings);
        try {
            awaitReady(instance.client());
        } catch (RuntimeException | Error e) {
            // It would take work from the shared instance during later tests.
            instance.close();
            throw e;
        }
        return instance;
    }

    /** Another instance with a short PSP timeout, and therefore short leases. */
    public static Instance withShortTimeouts() {
        return anotherInstance("jangbu.psp.timeout=" + SHORT_PSP_TIMEOUT.toMillis() + "ms");
    }

    /** The arguments of an instance; the test's settings, name=value, override the defaults. */
    static List<String> arguments(
            PaymentsDatabase database, URI registry, String kafka, URI psp, URI wallets, String... settings) {
        Map<String, String> properties = new LinkedHashMap<>(Map.ofEntries(
                Map.entry("server.port", "0"),
                Map.entry("server.shutdown", "immediate"),
                Map.entry("management.server.port", "0"),
                Map.entry("spring.r2dbc.url", "r2dbc:postgresql://" + TestPostgres.address() + "/" + database.name()),
                Map.entry("spring.r2dbc.password", TestPostgres.PASSWORD),
                Map.entry("spring.flyway.url", TestPostgres.url(database.name())),
                Map.entry("spring.flyway.password", TestPostgres.PASSWORD),
                Map.entry("spring.kafka.bootstrap-servers", kafka),
                Map.entry("jangbu.registry", registry.toString()),
                Map.entry("jangbu.streams-url", wallets.toString()),
                Map.entry("jangbu.connect", "http://127.0.0.1:1"),
                Map.entry("jangbu.dev-api-key", API_KEY),
                Map.entry("jangbu.psp.url", psp.toString()),
                Map.entry("jangbu.psp.secret", TestSimulator.SECRET),
                Map.entry("jangbu.psp.timeout", PSP_TIMEOUT.toMillis() + "ms"),
                Map.entry("jangbu.recovery.lease-margin", "1s"),
                // Nothing reads the slot of these tests.
                Map.entry("jangbu.replication-slot.inactive-grace", "1d"),
                Map.entry("jangbu.async.concurrency", Integer.toString(ASYNC_CONCURRENCY)),
                Map.entry("logging.level.root", "WARN"),
                Map.entry("logging.level.io.apicurio", "ERROR"),
                Map.entry("logging.level.org.apache.kafka", "ERROR")));
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            properties.put(parts[0], parts[1]);
        }
        return properties.entrySet().stream()
                .map(property -> "--" + property.getKey() + "=" + property.getValue())
                .toList();
    }

    private Instance start(String... settings) {
        return new Instance(
                arguments(database, registry.url(), TestBroker.address(), proxy.url(), wallets.url(), settings)
                        .toArray(String[]::new));
    }

    /**
     * Waits until the instance has seen the replication slot and accepts payments. Each attempt has a new payment, because
     * an instance may let payments expire within seconds.
     */
    public static void awaitReady(Client client) {
        await().untilAsserted(() -> {
            TestOrder order = new TestOrder(client);
            order.confirm(order.create(1_000).is(201).id(), 1_000).is(200);
        });
    }
}
