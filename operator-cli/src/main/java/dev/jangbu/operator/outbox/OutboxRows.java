package dev.jangbu.operator.outbox;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * Republishes outbox rows, as the role {@code jangbu_maintenance}. A transaction deletes a row and inserts the same row
 * again, with its {@code created_at}. The outbox connector publishes the insertion. A reader of the table never
 * misses the row. Not thread-safe.
 */
public record OutboxRows(Connection maintenance) {

    /** Republishes one batch in creation order. Returns its last row, after which the next batch starts. */
    private static final String REPUBLISH = """
            WITH batch AS (
                SELECT id FROM outbox
                WHERE created_at >= ? AND created_at < ? AND (created_at, id) > (?, ?)
                ORDER BY created_at, id
                LIMIT ?
            ), taken AS (
                DELETE FROM outbox USING batch WHERE outbox.id = batch.id
                RETURNING outbox.*
            ), again AS (
                INSERT INTO outbox SELECT * FROM taken ORDER BY created_at, id
                RETURNING created_at, id
            )
            SELECT created_at, id, count(*) OVER () AS rows FROM again ORDER BY created_at DESC, id DESC LIMIT 1
            """;

    private static final UUID BEFORE_ALL = new UUID(0, 0);

    /** The database's clock, which sets {@code created_at}. */
    public Instant now() throws SQLException {
        try (PreparedStatement select = maintenance.prepareStatement("SELECT now()");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    /**
     * @param from first creation time, inclusive
     * @param to last creation time, exclusive
     * @param batch rows per transaction
     * @param progress receives, after each transaction, the number of rows so far and the last creation time
     * @return the number of rows
     */
    public long republish(Instant from, Instant to, int batch, BiConsumer<Long, Instant> progress) throws SQLException {
        maintenance.setAutoCommit(false);
        OffsetDateTime lastTime = utc(from);
        UUID lastId = BEFORE_ALL;
        long sent = 0;
        try (PreparedStatement republish = maintenance.prepareStatement(REPUBLISH)) {
            while (true) {
                republish.setObject(1, utc(from));
                republish.setObject(2, utc(to));
                republish.setObject(3, lastTime);
                republish.setObject(4, lastId);
                republish.setInt(5, batch);
                try (ResultSet row = republish.executeQuery()) {
                    if (!row.next()) {
                        maintenance.commit();
                        return sent;
                    }
                    lastTime = row.getObject("created_at", OffsetDateTime.class);
                    lastId = row.getObject("id", UUID.class);
                    sent += row.getLong("rows");
                }
                maintenance.commit();
                progress.accept(sent, lastTime.toInstant());
            }
        } catch (SQLException e) {
            maintenance.rollback();
            throw e;
        }
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
