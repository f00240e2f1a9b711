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
        quietPosition = value(POSITION);
        if (value(AT_THE_PSP).equals("t")) {
            busy.add(PipelineStage.PSP);
        }
        if (!awaitSlot(deadline).isEmpty()) {
            busy.add(PipelineStage.CONNECTOR);
        }
        unread.pendingWork().forEach(work -> busy.addAll(work.stages()));
        return busy;
    }

    /** The counts of open payments, refunds and payouts by status. */
    List<String> open() throws SQLException {
        return rows(OPEN, row -> row.getLong("n") + " " + row.getString("kind") + " " + row.getString("status"));
    }

    State state() throws SQLException {
        return new State(value(STATE), unread.ends().toString());
    }

    private interface Check {
        List<String> reasons() throws SQLException, InterruptedException;
    }

    private interface Row {
        String read(ResultSet row) throws SQLException;
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

    private static List<String> run(Check check) throws InterruptedException {
        try {
            return check.reasons();
        } catch (SQLException e) {
            return List.of("PostgreSQL: " + e.getMessage());
        } catch (KafkaException e) {
            return List.of("Kafka: " + e.getMessage());
        }
    }

    private List<String> unfinished() throws SQLException, InterruptedException {
        List<String> open = open();
        if (!open.isEmpty()) {
            return open;
        }
        quietPosition = value(POSITION);
        return unread.pendingWork().stream()
                .map(UnreadRecords.PendingWork::reason)
                .toList();
    }

    private List<String> slots() throws SQLException {
        List<String> slots = rows(SLOTS.formatted(quietPosition), row -> {
            String slot = "the replication slot " + row.getString("slot_name");
            if (!row.getBoolean("active")) {
                return slot + ", which has no reader (" + row.getString("wal_status") + ")";
            }
            String position = row.getString("confirmed_flush_lsn");
            return row.getBoolean("passed") ? "" : slot + " at " + position + " to pass " + quietPosition;
        });
        return slots.isEmpty()
                ? List.of("a replication slot: there is none")
                : slots.stream().filter(reason -> !reason.isEmpty()).toList();
    }

    private String value(String query) throws SQLException {
        return rows(query, row -> row.getString(1)).getFirst();
    }

    private List<String> rows(String query, Row row) throws SQLException {
        List<String> read = new ArrayList<>();
        try (Connection payments = stack.openPayments();
                Statement statement = payments.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                read.add(row.read(rows));
            }
        }
        return read;
    }

    @Override
    public void close() {
        unread.close();
    }
}
