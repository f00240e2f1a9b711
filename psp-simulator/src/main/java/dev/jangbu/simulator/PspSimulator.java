package dev.jangbu.simulator;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Simulates a payment service provider with Toss Payments' public HTTP API: confirm, cancel, query by payment key and
 * by order, list of transactions, Basic authentication, idempotency keys, Toss's error codes.
 *
 * <pre>
 *   SimulatorHttpServer ─▶ Routes ─▶ PaymentEndpoints ─▶ IdempotentCalls ─▶ Faults ─▶ PaymentStore ─▶ Database
 *                             └────▶ SimulatorEndpoints ─────────────────────────────┘   (on disk before a response)
 * </pre>
 *
 * <p>Rules of the simulation:
 *
 * <ul>
 *   <li>Any payment key is charged, in the amount and currency (see {@link Currency#ofConfirmed}) of its confirm, because there
 *       is no checkout.
 *   <li>A key {@code sim_<behaviour>_<anything>} shows the {@link Behaviour} at its first confirm, {@code
 *       sim_refund_<behaviour>_<anything>} at its first cancel. {@code PUT /simulator/faults} adds faults at seeded
 *       rates.
 *   <li>A declined payment stays {@code ABORTED}.
 *   <li>Two payment keys may be charged for one order: the charges show such a client error.
 * </ul>
 */
public final class PspSimulator implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(PspSimulator.class);

    private static final String LOOPBACK = "127.0.0.1";

    private final PaymentStore store;
    private final SimulatorHttpServer server;

    /**
     * @param slowness delay of {@code slow}, shorter than a client's timeout
     * @param hold how long a connection stays open in the timeout behaviours, longer than a client's timeout
     */
    public record Delays(Duration slowness, Duration hold) {
        /** 1.5 seconds and 30 seconds. */
        public static final Delays DEFAULT = new Delays(Duration.ofMillis(1_500), Duration.ofSeconds(30));
    }

    private PspSimulator(PaymentStore store, SimulatorHttpServer server) {
        this.store = store;
        this.server = server;
    }

    /**
     * Opens the store and starts the server.
     *
     * @param address the listen address; port 0 for a free one
     * @param folder the data folder, created if absent
     * @throws IOException if the port is taken, or the data cannot be read or is in use
     */
    public static PspSimulator start(InetSocketAddress address, String secret, Path folder, Clock clock, Delays delays)
            throws IOException {
        PaymentStore store = new PaymentStore(folder, clock);
        Faults faults = new Faults(store);
        Routes routes = new Routes(
                new PaymentEndpoints(store, faults, new IdempotentCalls(store), delays.slowness()),
                new TransactionEndpoint(store),
                new SimulatorEndpoints(store, faults),
                secret);
        try {
            return new PspSimulator(store, new SimulatorHttpServer(address, delays.hold(), routes::handle));
        } catch (IOException e) {
            store.close();
            throw e;
        }
    }

    /** Same as {@link #start(InetSocketAddress, String, Path, Clock, Delays)}, on 127.0.0.1. */
    public static PspSimulator start(int port, String secret, Path folder, Clock clock, Delays delays)
            throws IOException {
        return start(new InetSocketAddress(LOOPBACK, port), secret, folder, clock, delays);
    }

    /** The port that the server listens on. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() throws IOException {
        server.close();
        store.close();
    }

    /**
     * Starts the simulator from {@code JANGBU_PSP_SIMULATOR_HOST} (127.0.0.1; the fault endpoints are not
     * authenticated), {@code JANGBU_PSP_SIMULATOR_PORT} (8090), {@code JANGBU_PSP_SECRET} and {@code JANGBU_DATA_DIR}.
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(required("JANGBU_DATA_DIR"));
        useForNativeLibrary(folder);
        String host = System.getenv().getOrDefault("JANGBU_PSP_SIMULATOR_HOST", LOOPBACK);
        int port = Integer.parseInt(System.getenv().getOrDefault("JANGBU_PSP_SIMULATOR_PORT", "8090"));
        PspSimulator simulator = start(
                new InetSocketAddress(host, port),
                required("JANGBU_PSP_SECRET"),
                folder,
                Clock.systemUTC(),
                Delays.DEFAULT);
        log.info("PSP simulator listens on {}:{}", host, simulator.port());
    }

    /** SQLite's library is unpacked into a folder at each start. Kill -9 leaves it there. */
    private static void useForNativeLibrary(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "sqlite-*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
        System.setProperty("org.sqlite.tmpdir", folder.toString());
    }

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }
}
