package dev.jangbu.api.testbed;

import static org.awaitility.Awaitility.await;

import dev.jangbu.api.database.PaymentsDatabase;
import dev.jangbu.simulator.TestSimulator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the service stands on, for real, once for all tests of a JVM: PostgreSQL with a replication slot, a
 * broker, the schema registry, the PSP simulator behind a {@link PspProxy}; and the service itself, over HTTP.
 *
 * <pre>
 *   Client ──▶ Instance ──▶ PspProxy ──▶ TestSimulator
 *                 ├──▶ PaymentsDatabase
 *                 ◀── TestBroker, TestRegistry
 * </pre>
 *
 * <p>Tests share it, so each uses payments, sellers and keys of its own: see {@link TestOrder}.
 */
public final class Testbed {

    /** With every scope. */
    public static final String API_KEY = "test_key_with_all_scopes";

    /** The main instance's, for tests that must wait for it or outwait it. */
    public static final int PSP_TIMEOUT_MS = 4_000;

    /** How many accepted payments the main instance has at the PSP at once. */
    public static final int ASYNC_CONCURRENCY = 2;

    private static @Nullable Testbed one;
    private static @Nullable String failure;

    private final Path folder = Folders.temporary("testbed");
    private final TestSimulator simulator;
    private final PspProxy gate;
    private final WalletServer wallets = new WalletServer();
    private final PaymentsDatabase database;
    private final TestBroker broker;
    private final TestRegistry registry;
    private final Instance main;

    /** Not while this class is loaded: the threads that it starts could not use it before it is complete. */
    @SuppressWarnings("StaticAssignmentOfThrowable") // Every test that would like one is told the same.
    private static synchronized Testbed one() {
        if (failure != null) {
            throw new IllegalStateException("The testbed could not be started for an earlier test: " + failure);
        }
        if (one == null) {
            try {
                one = new Testbed();
            } catch (RuntimeException | Error e) {
                // Once is enough: each try would leave processes behind until the end of this JVM.
                failure = e.toString();
                throw e;
            }
        }
        return one;
    }

    private Testbed() {
        registry = new TestRegistry();
        Runtime.getRuntime().addShutdownHook(new Thread(registry::close));
        CompletableFuture<TestBroker> startingBroker = CompletableFuture.supplyAsync(TestBroker::new);
        simulator = new TestSimulator(folder);
        gate = new PspProxy(simulator.url());
        database = newDatabase();
        broker = startingBroker.join();
        registry.ready();
        main = start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        awaitTaking(main.client());
    }

    private void close() {
        main.close();
        database.close();
        broker.close();
        simulator.close();
        wallets.close();
        Folders.delete(folder);
    }

    /** A client of the service that all tests share. */
    public static Client client() {
        return one().main.client();
    }

    public static Instance main() {
        return one().main;
    }

    public static PaymentsDatabase database() {
        return one().database;
    }

    public static PspProxy psp() {
        return one().gate;
    }

    public static WalletServer wallets() {
        return one().wallets;
    }

    /** The simulator's own address, past the gate. */
    public static URI simulator() {
        return one().simulator.url();
    }

    public static String kafka() {
        return one().broker.address();
    }

    public static URI registry() {
        return one().registry.url();
    }

    /** Another instance of the service on the same database, with settings of its own; the caller closes it. */
    public static Instance anotherInstance(String... settings) {
        Instance instance = one().start(settings);
        awaitTaking(instance.client());
        return instance;
    }

    /** A server and database of a test's own, with a slot; the caller closes it. */
    public static PaymentsDatabase newDatabase() {
        try {
            PaymentsDatabase database = new PaymentsDatabase();
            database.establishChangeStream();
            return database;
        } catch (IOException | SQLException e) {
            throw new IllegalStateException("No database", e);
        }
    }

    /** What an instance on this database is started with; a test's own settings, name=value, come before these. */
    static List<String> arguments(
            PaymentsDatabase database, URI registry, String kafka, URI psp, URI wallets, String... settings) {
        Map<String, String> properties = new LinkedHashMap<>(Map.ofEntries(
                Map.entry("server.port", "0"),
                Map.entry("server.shutdown", "immediate"),
                Map.entry("management.server.port", "0"),
                Map.entry("spring.r2dbc.url", "r2dbc:postgresql://" + database.address() + "/jangbu_payment"),
                Map.entry("spring.r2dbc.password", PaymentsDatabase.PASSWORD),
                Map.entry("spring.flyway.url", "jdbc:postgresql://" + database.address() + "/jangbu_payment"),
                Map.entry("spring.flyway.password", PaymentsDatabase.PASSWORD),
                Map.entry("spring.kafka.bootstrap-servers", kafka),
                Map.entry("jangbu.registry", registry.toString()),
                Map.entry("jangbu.streams-url", wallets.toString()),
                Map.entry("jangbu.dev-api-key", API_KEY),
                Map.entry("jangbu.psp.url", psp.toString()),
                Map.entry("jangbu.psp.secret", TestSimulator.SECRET),
                Map.entry("jangbu.psp.timeout", PSP_TIMEOUT_MS + "ms"),
                Map.entry("jangbu.recovery.lease-margin", "1s"),
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
        return new Instance(arguments(database, registry.url(), broker.address(), gate.url(), wallets.url(), settings)
                .toArray(String[]::new));
    }

    /** An instance is up a moment before it has seen that the change stream is established. */
    static void awaitTaking(Client client) {
        TestOrder shop = new TestOrder(client);
        String id = shop.create(1_000).is(201).id();
        await().untilAsserted(() -> shop.confirm(id, 1_000).is(200));
    }
}
