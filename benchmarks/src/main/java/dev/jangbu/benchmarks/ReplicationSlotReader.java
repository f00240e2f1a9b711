package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationConnection;
import org.postgresql.replication.PGReplicationStream;

/**
 * Reads the outbox connector's publication from a temporary replication slot with the JDBC driver's stream; keeps only
 * the ids.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html">Logical replication
 *     message formats</a>
 */
final class ReplicationSlotReader implements AutoCloseable {

    private static final String SLOT = "bench_bare";
    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(1);
    private static final int UUID_CHARACTERS = 36;

    private final Connection connection;
    private final PGReplicationConnection replication;

    /** Creates the slot; it retains changes from now on. */
    ReplicationSlotReader(Database database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", database.password());
        properties.setProperty("replication", "database");
        properties.setProperty("assumeMinServerVersion", "10");
        properties.setProperty("preferQueryMode", "simple");
        this.connection = DriverManager.getConnection(database.url(), properties);
        this.replication = connection.unwrap(PGConnection.class).getReplicationAPI();
        replication
                .createReplicationSlot()
                .logical()
                .withSlotName(SLOT)
                .withOutputPlugin("pgoutput")
                .withTemporaryOption()
                .make();
    }

    /** The ids read, and the time from the first to the last. */
    record Drained(List<String> ids, long nanos) {}

    /**
     * Reads until {@code rows} inserts have arrived.
     *
     * @throws CommandException if nothing arrives for a minute
     */
    Drained drain(int rows) throws SQLException, InterruptedException {
        try (PGReplicationStream stream = replication
                .replicationStream()
                .logical()
                .withSlotName(SLOT)
                .withSlotOption("proto_version", "1")
                .withSlotOption("publication_names", "jangbu_outbox")
                .start()) {
            List<String> ids = new ArrayList<>(rows);
            long first = 0;
            long progress = System.nanoTime();
            while (ids.size() < rows) {
                ByteBuffer message = stream.readPending();
                if (message == null) {
                    if (System.nanoTime() - progress > STALL_TIMEOUT.toNanos()) {
                        throw new CommandException("The replication slot delivered only " + ids.size() + " rows");
                    }
                    Thread.sleep(0, 50_000);
                } else if (message.get() == 'I') {
                    progress = System.nanoTime();
                    first = first == 0 ? progress : first;
                    ids.add(id(message));
                }
            }
            return new Drained(ids, System.nanoTime() - first);
        }
    }

    /** Closes the connection, which drops the slot. */
    @Override
    public void close() throws SQLException {
        connection.close();
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
}
