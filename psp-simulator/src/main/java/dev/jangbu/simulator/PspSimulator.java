package dev.jangbu.simulator;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider that behaves as Toss Payments' public HTTP API does: confirm, cancel, query by payment key and by order,
 * Basic authentication, idempotency keys, Toss's error codes.
 *
 * <pre>
 *   HttpEdge ─▶ Routes ─▶ PaymentCalls ─▶ IdempotentCalls ─▶ Faults ─▶ Book ─▶ Journal
 *                  └────▶ SimulatorCalls ───────────────────────────────┘     (forced before any answer)
 * </pre>
 *
 * <p>Any payment key is charged, in the amount and currency (see {@link Currency}) of its confirm, because the
 * simulator sees no checkout. A key {@code sim_<behaviour>_<anything>} shows the {@link Behaviour} at its first
 * confirm, {@code sim_refund_<behaviour>_<anything>} at its first cancel; {@code PUT /simulator/faults} makes any call
 * misbehave at a seeded rate. A payment that was declined is {@code ABORTED} for good. The simulator does not stop two
 * payment keys from being charged for one order: whoever does that shall see it in the book.
 */
public final class PspSimulator implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(PspSimulator.class);

    private static final String LOOPBACK = "127.0.0.1";

    private final Book book;
    private final HttpEdge edge;

    /**
     * How long misbehaviour takes.
     *
     * @param slowness of {@code slow}, less than a client should wait
     * @param hold of the time-outs, more than a client should wait
     */
    record Delays(Duration slowness, Duration hold) {
        static final Delays DEFAULT = new Delays(Duration.ofMillis(1_500), Duration.ofSeconds(30));
    }

    private PspSimulator(Book book, HttpEdge edge) {
        this.book = book;
        this.edge = edge;
    }

    /**
     * Reads the book and begins to answer.
     *
     * @param address where; port 0 for a free one
     * @param secret the secret key that clients authenticate with
     * @param folder holds the book; made if it is absent
     * @throws IOException if the port is taken, or the book cannot be read or is open elsewhere
     */
    static PspSimulator start(InetSocketAddress address, String secret, Path folder, Clock clock, Delays delays)
            throws IOException {
        Book book = new Book(folder.resolve("book.jsonl"), clock);
        Faults faults = new Faults(book);
        Routes routes =
                new Routes(new PaymentCalls(book, faults, delays.slowness()), new SimulatorCalls(book, faults), secret);
        try {
            return new PspSimulator(book, new HttpEdge(address, delays.hold(), routes::answer));
        } catch (IOException e) {
            book.close();
            throw e;
        }
    }

    /** The same on loopback alone. */
    static PspSimulator start(int port, String secret, Path folder, Clock clock, Delays delays) throws IOException {
        return start(new InetSocketAddress(LOOPBACK, port), secret, folder, clock, delays);
    }

    int port() {
        return edge.port();
    }

    @Override
    public void close() throws IOException {
        edge.close();
        book.close();
    }

    /**
     * Reads {@code JANGBU_PSP_SIMULATOR_HOST} (127.0.0.1: whoever reaches it may make it misbehave),
     * {@code JANGBU_PSP_SIMULATOR_PORT} (8090), {@code JANGBU_PSP_SECRET} and {@code JANGBU_DATA_DIR}.
     */
    public static void main(String[] args) throws IOException {
        String host = System.getenv().getOrDefault("JANGBU_PSP_SIMULATOR_HOST", LOOPBACK);
        int port = Integer.parseInt(System.getenv().getOrDefault("JANGBU_PSP_SIMULATOR_PORT", "8090"));
        PspSimulator simulator = start(
                new InetSocketAddress(host, port),
                required("JANGBU_PSP_SECRET"),
                Path.of(required("JANGBU_DATA_DIR")),
                Clock.systemUTC(),
                Delays.DEFAULT);
        LOG.info("PSP simulator answers on {}:{}", host, simulator.port());
    }

    private static String required(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }
}
