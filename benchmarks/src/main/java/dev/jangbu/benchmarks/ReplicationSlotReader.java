package dev.jangbu.benchmarks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/**
 * Reads the outbox connector's publication from a replication slot of its own with the JDBC driver's stream; keeps only
 * the ids.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html">Logical replication
 *     message formats</a>
 */
final class ReplicationSlotReader implements AutoCloseable {

    private static final String SLOT = "bench_bare";
    private static final int UUID_CHARACTERS = 36;

    private final Database database;

    /** Creates the slot; it retains changes from now on. */
    ReplicationSlotReader(Database database) throws SQLException {
        this.database = database;
        database.execute("SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
    }

    /** The ids read, and the time from the first to the last. */
    record Drained(List<String> ids, long nanos) {}

    /**
     * Reads until {@code rows} inserts have arrived.
     *
     * @throws BenchException if nothing arrives for {@code stallTimeout}
     */
    Drained drain(int rows, Duration stallTimeout) throws SQLException, InterruptedException {
        try (Connection connection = replication()) {
            PGReplicationStream stream = connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(SLOT)
                    .withSlotOption("proto_version", "1")
                    .withSlotOption("publication_names", "jangbu_outbox")
                    .withStatusInterval(10, TimeUnit.SECONDS)
                    .start();
            List<String> ids = new ArrayList<>(rows);
            long first = 0;
            long progress = System.nanoTime();
            while (ids.size() < rows) {
                ByteBuffer message = stream.readPending();
                if (message == null) {
                    if (System.nanoTime() - progress > stallTimeout.toNanos()) {
                        throw new BenchException("The replication slot delivered only " + ids.size() + " rows");
                    }
                    Thread.sleep(0, 50_000);
                } else if (message.get() == 'I') {
                    progress = System.nanoTime();
                    first = first == 0 ? progress : first;
                    ids.add(id(message));
                }
            }
            long nanos = System.nanoTime() - first;
            stream.setFlushedLSN(stream.getLastReceiveLSN());
            stream.forceUpdateStatus();
            stream.close();
            return new Drained(ids, nanos);
        }
    }

    @Override
    public void close() throws SQLException {
        database.execute("SELECT pg_drop_replication_slot('" + SLOT + "')");
    }

    /**
     * Parses the first column of an Insert message: relation (4 bytes), 'N', columns (2), then 't', length (4), text.
     */
    private static String id(ByteBuffer message) {
        message.position(message.position() + 4 + 1 + 2 + 1);
        int length = message.getInt();
        if (length != UUID_CHARACTERS) {
            throw new IllegalStateException("The first column is not a UUID: " + length + " characters");
        }
        byte[] text = new byte[length];
        message.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private Connection replication() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", database.password());
        properties.setProperty("replication", "database");
        properties.setProperty("assumeMinServerVersion", "9.4");
        properties.setProperty("preferQueryMode", "simple");
        return DriverManager.getConnection(database.url(), properties);
    }
}
