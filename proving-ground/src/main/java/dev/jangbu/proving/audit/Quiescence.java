package dev.jangbu.proving.audit;

import dev.jangbu.proving.stack.StackAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.KafkaException;

/**
 * Whether all that was begun has come to its end: only then do the other invariants hold. What is asked is what the front door still
 * has open, and what the desks, the ledger and the front door have not read yet; after the audit, whether the replication slot has
 * passed what was written when nothing was open any more.
 */
final class Quiescence implements AutoCloseable {

    private static final Duration EVERY = Duration.ofMillis(250);

    private static final String OPEN = """
            SELECT 'payments' AS what, status, count(*) AS n
              FROM payments
             WHERE status IN ('ACCEPTED', 'EXECUTING', 'UNKNOWN', 'APPROVED')
             GROUP BY status
            UNION ALL
            SELECT 'refunds', status, count(*) FROM refunds WHERE status IN ('EXECUTING', 'UNKNOWN', 'APPROVED') GROUP BY status
            UNION ALL
            SELECT 'payouts', status, count(*) FROM payouts WHERE status = 'REQUESTED' GROUP BY status
             ORDER BY what, status
            """;

    private static final String AT_THE_PSP = """
            SELECT EXISTS (SELECT FROM payments WHERE status IN ('ACCEPTED', 'EXECUTING', 'UNKNOWN'))
                OR EXISTS (SELECT FROM refunds WHERE status IN ('EXECUTING', 'UNKNOWN'))
            """;

    private static final String SLOTS = """
            SELECT slot_name, active, wal_status, confirmed_flush_lsn >= '%s'::pg_lsn AS passed, confirmed_flush_lsn
              FROM pg_replication_slots
             WHERE slot_type = 'logical' AND database = current_database()
            """;

    /** What must not change while the audit looks. */
    private static final String STATE = """
            SELECT (SELECT count(*) FROM outbox) || ' ' || (SELECT count(*) || ' ' || coalesce(max(at)::text, '') FROM history)
            """;

    private final StackAddress stack;
    private final UnreadRecords unread;
    private final Progress progress;

    /** Where the WAL was when nothing was open, at the last look. */
    private String settledAt = "0/0";

    Quiescence(StackAddress stack, Progress progress) {
        this.stack = stack;
        this.unread = new UnreadRecords(stack);
        this.progress = progress;
    }

    /** What there is, so that two looks can be compared. */
    record State(String payments, String topics) {}

    /**
     * Waits until nothing is open and nothing unread, and says what it waits for whenever that changes.
     *
     * @param deadline in {@link System#nanoTime()}
     * @return what it was still waiting for at the deadline; nothing if all is quiet
     */
    List<String> await(long deadline) throws InterruptedException {
        return await(deadline, this::unfinished);
    }

    /** Waits in the same way until the replication slot has moved past the moment at which nothing was open any more. */
    List<String> awaitSlot(long deadline) throws InterruptedException {
        return await(deadline, this::slots);
    }

    /**
     * Who has something left to do, where it didn't become quiet: absence of what they bring proves nothing.
     *
     * @param deadline until when the replication slot may move on, in {@link System#nanoTime()}
     */
    Set<Stage> underway(long deadline) throws SQLException, InterruptedException {
        Set<Stage> underway = EnumSet.noneOf(Stage.class);
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement()) {
            settledAt = position(statement);
            try (ResultSet row = statement.executeQuery(AT_THE_PSP)) {
                row.next();
                if (row.getBoolean(1)) {
                    underway.add(Stage.PSP);
                }
            }
        }
        if (!awaitSlot(deadline).isEmpty()) {
            underway.add(Stage.CHANGE_STREAM);
        }
        unread.left().forEach(left -> underway.addAll(left.stages()));
        return underway;
    }

    /** What is open at the moment. */
    List<String> open() throws SQLException {
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement()) {
            return open(statement);
        }
    }

    private interface Reasons {
        List<String> to(Statement payments) throws SQLException, InterruptedException;
    }

    private List<String> await(long deadline, Reasons reasons) throws InterruptedException {
        List<String> said = List.of();
        while (true) {
            List<String> now = ask(reasons);
            if (now.isEmpty() || System.nanoTime() - deadline >= 0) {
                return now;
            }
            if (!now.equals(said)) {
                progress.say("    waiting for " + String.join("; ", now));
                said = now;
            }
            Thread.sleep(EVERY);
        }
    }

    private List<String> ask(Reasons reasons) throws InterruptedException {
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement()) {
            return reasons.to(statement);
        } catch (SQLException e) {
            return List.of("PostgreSQL: " + e.getMessage());
        } catch (KafkaException e) {
            return List.of("Kafka: " + e.getMessage());
        }
    }

    State state() throws SQLException {
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement();
                ResultSet row = statement.executeQuery(STATE)) {
            row.next();
            return new State(row.getString(1), unread.ends().toString());
        }
    }

    private List<String> unfinished(Statement statement) throws SQLException, InterruptedException {
        List<String> open = open(statement);
        if (!open.isEmpty()) {
            return open;
        }
        settledAt = position(statement);
        return unread.left().stream().map(UnreadRecords.Left::reason).toList();
    }

    private static List<String> open(Statement statement) throws SQLException {
        List<String> open = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(OPEN)) {
            while (rows.next()) {
                open.add(rows.getLong("n") + " " + rows.getString("what") + " " + rows.getString("status"));
            }
        }
        return open;
    }

    private static String position(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_current_wal_lsn()")) {
            row.next();
            return row.getString(1);
        }
    }

    private List<String> slots(Statement statement) throws SQLException {
        List<String> reasons = new ArrayList<>();
        boolean any = false;
        try (ResultSet rows = statement.executeQuery(SLOTS.formatted(settledAt))) {
            while (rows.next()) {
                any = true;
                String slot = "the replication slot " + rows.getString("slot_name");
                if (!rows.getBoolean("active")) {
                    reasons.add(slot + ", which nobody reads (" + rows.getString("wal_status") + ")");
                } else if (!rows.getBoolean("passed")) {
                    reasons.add(slot + " at " + rows.getString("confirmed_flush_lsn") + " to pass " + settledAt);
                }
            }
        }
        if (!any) {
            reasons.add("a replication slot, and there is none");
        }
        return reasons;
    }

    @Override
    public void close() {
        unread.close();
    }
}
