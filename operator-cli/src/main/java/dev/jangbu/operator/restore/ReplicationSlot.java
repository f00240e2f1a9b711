package dev.jangbu.operator.restore;

import dev.jangbu.operator.console.CommandException;
import java.sql.SQLException;
import java.time.Duration;

/** The outbox connector's slot. A slot that was restored, or that a failover lost, does not fit the WAL any more. */
final class ReplicationSlot {

    private static final String DROP = """
            SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'jangbu_outbox'
            """;

    private static final String IS_USABLE = """
            SELECT EXISTS (SELECT FROM pg_replication_slots
                            WHERE slot_name = 'jangbu_outbox' AND database = current_database()
                                  AND wal_status <> 'lost')
            """;

    private static final String CREATE = "SELECT pg_create_logical_replication_slot('jangbu_outbox', 'pgoutput')";

    private static final String OBJECT_IN_USE = "55006";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);

    private ReplicationSlot() {}

    /** Whether the slot exists and has all WAL that the connector needs. */
    static boolean isUsable(Database database) throws SQLException {
        return database.first(IS_USABLE, row -> row.getBoolean(1)).orElseThrow();
    }

    /**
     * Replaces the slot. Waits while a server process still ends the stopped connector's session.
     *
     * @param replication a connection to the payments database of a role with REPLICATION
     */
    static void createAgain(Database replication) throws SQLException {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (!isDropped(replication, end)) {
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandException("Interrupted.", e);
            }
        }
        replication.list(CREATE, row -> "");
    }

    private static boolean isDropped(Database replication, long end) throws SQLException {
        try {
            replication.list(DROP, row -> "");
            return true;
        } catch (SQLException e) {
            if (OBJECT_IN_USE.equals(e.getSQLState()) && System.nanoTime() < end) {
                return false;
            }
            throw e;
        }
    }
}
