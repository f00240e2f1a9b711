package dev.jangbu.operator.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.testsupport.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link OutboxRows} on a PostgreSQL server, as the role {@code jangbu_maintenance}. */
final class OutboxRowsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123456Z");

    private Connection maintenance;
    private OutboxRows rows;

    @BeforeAll
    static void createTables() {
        TestPostgres.recreate("jangbu_payment");
        TestPostgres.migrate(
                "jangbu_payment", Path.of("..", "payment-api", "src", "main", "resources", "db", "migration"));
    }

    @BeforeEach
    void insertSevenRowsAMinuteApart() throws SQLException {
        maintenance = TestPostgres.connect("jangbu_payment", "jangbu_maintenance");
        rows = new OutboxRows(maintenance);
        for (int minute = 0; minute < 7; minute++) {
            insert(minute);
        }
    }

    @AfterEach
    void close() throws SQLException {
        if (!maintenance.getAutoCommit()) {
            maintenance.rollback();
            maintenance.setAutoCommit(true);
        }
        try (Statement statement = maintenance.createStatement()) {
            statement.execute("DELETE FROM outbox");
        }
        maintenance.close();
    }

    @Test
    void thePeriodsRowsAreReinsertedUnchangedBatchByBatch() throws SQLException {
        List<String> before = contents();
        List<String> transactionsBefore = transactions();
        List<Long> progress = new ArrayList<>();

        long sent = rows.republish(at(1), at(6), 2, (count, last) -> progress.add(count));

        assertThat(sent).isEqualTo(5);
        assertThat(progress).containsExactly(2L, 4L, 5L);
        assertThat(contents()).isEqualTo(before);
        List<String> after = transactions();
        assertThat(after.get(0)).as("outside the period").isEqualTo(transactionsBefore.get(0));
        assertThat(after.get(6)).as("outside the period").isEqualTo(transactionsBefore.get(6));
        assertThat(after.subList(1, 6)).doesNotContainAnyElementsOf(transactionsBefore);
        assertThat(after.subList(1, 6).stream().distinct()).as("transactions").hasSize(3);
    }

    @Test
    void aPeriodWithoutRowsRepublishesNothing() throws SQLException {
        assertThat(rows.republish(at(100), at(200), 10, (count, last) -> {})).isZero();
    }

    @Test
    void aFailedBatchLeavesItsRowsUnchanged() throws SQLException {
        List<String> before = contents();
        try (Connection owner = TestPostgres.connect("jangbu_payment", TestPostgres.SUPERUSER);
                Statement statement = owner.createStatement()) {
            statement.execute("ALTER TABLE outbox ADD CONSTRAINT not_now CHECK (false) NOT VALID");
            assertThatThrownBy(() -> rows.republish(at(0), at(7), 3, (count, last) -> {}))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("not_now");
            statement.execute("ALTER TABLE outbox DROP CONSTRAINT not_now");
        }
        assertThat(contents()).isEqualTo(before);
    }

    private static Instant at(int minute) {
        return NOON.plus(Duration.ofMinutes(minute));
    }

    private void insert(int minute) throws SQLException {
        UUID id = new UUID((at(minute).toEpochMilli() << 16) | 0x8000L, 0x8000000000000000L | minute);
        try (PreparedStatement insert = maintenance.prepareStatement("""
                INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time, traceparent, created_at)
                VALUES (?, 'settlement.requests', 'seller-a:KRW', 'dev.jangbu.settlement.requested',
                        decode('000000000107', 'hex'), ?, NULL, ?)
                """)) {
            insert.setObject(1, id);
            insert.setTimestamp(2, Timestamp.from(at(minute)));
            insert.setTimestamp(3, Timestamp.from(at(minute)));
            insert.execute();
        }
    }

    private List<String> contents() throws SQLException {
        return column("SELECT outbox::text FROM outbox ORDER BY created_at");
    }

    /** The inserting transaction of each row. */
    private List<String> transactions() throws SQLException {
        return column("SELECT xmin::text FROM outbox ORDER BY created_at");
    }

    private static List<String> column(String sql) throws SQLException {
        List<String> column = new ArrayList<>();
        try (Connection reader = TestPostgres.connect("jangbu_payment", "jangbu_audit");
                Statement statement = reader.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                column.add(row.getString(1));
            }
        }
        return column;
    }
}
