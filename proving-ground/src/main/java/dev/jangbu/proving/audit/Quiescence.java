package dev.jangbu.proving.audit;

import dev.jangbu.operator.installation.Installation;
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
 * Whether the stack is quiet, which is the precondition of the other invariants:
 *
 * <ul>
 *   <li>payment-api has no open payment, refund or payout,
 *   <li>no consumer group has unread records,
 *   <li>after the audit: the replication slot has passed the WAL position at which nothing was open.
 * </ul>
 */
final class Quiescence implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(250);

    private static final String OPEN = """
            SELECT 'payments' AS kind, status, count(*) AS n
              FROM payments
             WHERE status IN ('ACCEPTED', 'EXECUTING', 'UNKNOWN', 'APPROVED')
             GROUP BY status
            UNION ALL
            SELECT 'refunds', status, count(*) FROM refunds WHERE status IN ('EXECUTING', 'UNKNOWN', 'APPROVED') GROUP BY status
            UNION ALL
            SELECT 'payouts', status, count(*) FROM payouts WHERE status = 'REQUESTED' GROUP BY status
             ORDER BY kind, status
            """;

    private static final String AT_THE_PSP = """
            SELECT EXISTS (SELECT FROM payments WHERE status IN ('ACCEPTED', 'EXECUTING', 'UNKNOWN'))
                OR EXISTS (SELECT FROM refunds WHERE status IN ('EXECUTING', 'UNKNOWN'))
            """;

    private static final String POSITION = "SELECT pg_current_wal_lsn()";

    private static final String SLOTS = """
            SELECT slot_name, active, wal_status, confirmed_flush_lsn >= '%s'::pg_lsn AS passed, confirmed_flush_lsn
              FROM pg_replication_slots
             WHERE slot_type = 'logical' AND database = current_database()
            """;

    /** Changes whenever payments, refunds or payouts change. */
    private static final String STATE = """
            SELECT (SELECT count(*) FROM outbox) || ' ' || (SELECT count(*) || ' ' || coalesce(max(at)::text, '') FROM history)
            """;

    private final Installation stack;
    private final UnreadRecords unread;
    private final ProgressReporter progress;

    /** The WAL position when nothing was open, at the last check. */
    private String quietPosition = "0/0";

    Quiescence(Installation stack, ProgressReporter progress) {
        this.stack = stack;
        this.unread = new UnreadRecords(stack);
        this.progress = progress;
    }

    /** A fingerprint of the data; two of them are equal if nothing changed in between. */
    record State(String payments, String topics) {}

    /**
     * Waits until nothing is open or unread. Prints the reasons whenever they change.
     *
     * @param deadline in {@link System#nanoTime()}
     * @return the reasons at the deadline why the stack is not quiet; empty if it is quiet
     */
    List<String> await(long deadline) throws InterruptedException {
        return await(deadline, this::unfinished);
    }

    /** Waits in the same way until the replication slot has passed the WAL position at which nothing was open. */
    List<String> awaitSlot(long deadline) throws InterruptedException {
        return await(deadline, this::slots);
    }

    /**
     * The stages with pending work. If their output is missing, that proves nothing.
     *
     * @param deadline for the replication slot to catch up, in {@link System#nanoTime()}
     */
    Set<PipelineStage> busyStages(long deadline) throws SQLException, InterruptedException {
        Set<PipelineStage> busy = EnumSet.noneOf(PipelineStage.class);
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement()) {
            quietPosition = value(statement, POSITION);
            if (value(statement, AT_THE_PSP).equals("t")) {
                busy.add(PipelineStage.PSP);
            }
        }
        if (!awaitSlot(deadline).isEmpty()) {
            busy.add(PipelineStage.CONNECTOR);
        }
        unread.pendingWork().forEach(work -> busy.addAll(work.stages()));
        return busy;
    }

    /** The counts of open payments, refunds and payouts by status. */
    List<String> open() throws SQLException {
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement()) {
            return open(statement);
        }
    }

    private interface Check {
        List<String> reasons(Statement payments) throws SQLException, InterruptedException;
    }

    private List<String> await(long deadline, Check check) throws InterruptedException {
        List<String> printed = List.of();
        while (true) {
            List<String> now = run(check);
            if (now.isEmpty() || System.nanoTime() - deadline >= 0) {
                return now;
            }
            if (!now.equals(printed)) {
                progress.print("    waiting for " + String.join("; ", now));
                printed = now;
            }
            Thread.sleep(INTERVAL);
        }
    }

    private List<String> run(Check check) throws InterruptedException {
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement()) {
            return check.reasons(statement);
        } catch (SQLException e) {
            return List.of("PostgreSQL: " + e.getMessage());
        } catch (KafkaException e) {
            return List.of("Kafka: " + e.getMessage());
        }
    }

    State state() throws SQLException {
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement()) {
            return new State(value(statement, STATE), unread.ends().toString());
        }
    }

    private List<String> unfinished(Statement statement) throws SQLException, InterruptedException {
        List<String> open = open(statement);
        if (!open.isEmpty()) {
            return open;
        }
        quietPosition = value(statement, POSITION);
        return unread.pendingWork().stream()
                .map(UnreadRecords.PendingWork::reason)
                .toList();
    }

    private static List<String> open(Statement statement) throws SQLException {
        List<String> open = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(OPEN)) {
            while (rows.next()) {
                open.add(rows.getLong("n") + " " + rows.getString("kind") + " " + rows.getString("status"));
            }
        }
        return open;
    }

    private static String value(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private List<String> slots(Statement statement) throws SQLException {
        List<String> reasons = new ArrayList<>();
        boolean any = false;
        try (ResultSet rows = statement.executeQuery(SLOTS.formatted(quietPosition))) {
            while (rows.next()) {
                any = true;
                String slot = "the replication slot " + rows.getString("slot_name");
                if (!rows.getBoolean("active")) {
                    reasons.add(slot + ", which has no reader (" + rows.getString("wal_status") + ")");
                } else if (!rows.getBoolean("passed")) {
                    reasons.add(slot + " at " + rows.getString("confirmed_flush_lsn") + " to pass " + quietPosition);
                }
            }
        }
        if (!any) {
            reasons.add("a replication slot: there is none");
        }
        return reasons;
    }

    @Override
    public void close() {
        unread.close();
    }
}
