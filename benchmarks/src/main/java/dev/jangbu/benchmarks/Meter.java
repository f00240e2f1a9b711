package dev.jangbu.benchmarks;

import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;

/** Reads resource use of a round from the kernel, PostgreSQL and the broker. */
final class Meter implements AutoCloseable {

    private static final long MS_PER_TICK = 10;
    private static final String WAL_BYTES = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint";
    private static final String COMMITS =
            "SELECT sum(xact_commit)::bigint FROM pg_stat_database WHERE datname LIKE 'jangbu\\_%'";

    private final Connection postgres;
    private final Admin admin;

    Meter(Installation stack) throws SQLException {
        this.postgres = stack.openAs("postgres");
        this.admin = Admin.create(Map.of("bootstrap.servers", stack.kafka()));
    }

    /** The measured work. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException, SQLException, InterruptedException;
    }

    /** The result of work with the resources that it used. */
    record Metered<T>(T result, Usage usage) {}

    /**
     * Runs work and measures it, after a checkpoint, so that it does not pay for earlier rounds.
     *
     * @param pids of the measured processes, by the name in the report
     */
    <T> Metered<T> measure(Map<String, Long> pids, Work<T> work)
            throws IOException, SQLException, InterruptedException {
        try (Statement statement = postgres.createStatement()) {
            statement.execute("CHECKPOINT");
        }
        pids.values().forEach(Proc::resetPeak);
        Map<String, Long> cpuMs = each(pids, Meter::cpuMs);
        long walBytes = number(WAL_BYTES);
        long kafkaBytes = kafkaBytes();
        T result = work.run();
        each(pids, Meter::cpuMs).forEach((name, ms) -> cpuMs.merge(name, ms, (before, after) -> after - before));
        return new Metered<>(
                result,
                new Usage(cpuMs, each(pids, Meter::peakMb), number(WAL_BYTES) - walBytes, kafkaBytes() - kafkaBytes));
    }

    /** Committed transactions of both databases. */
    long commits() throws SQLException {
        return number(COMMITS);
    }

    @Override
    public void close() throws SQLException {
        postgres.close();
        admin.close();
    }

    private static Map<String, Long> each(Map<String, Long> pids, LongUnaryOperator read) {
        Map<String, Long> values = new TreeMap<>();
        pids.forEach((name, pid) -> values.put(name, read.applyAsLong(pid)));
        return values;
    }

    private long number(String sql) throws SQLException {
        try (Statement statement = postgres.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private long kafkaBytes() throws InterruptedException {
        try {
            return admin.describeLogDirs(List.of(1)).allDescriptions().get().values().stream()
                    .flatMap(directories -> directories.values().stream())
                    .map(LogDirDescription::replicaInfos)
                    .flatMap(replicas -> replicas.values().stream())
                    .mapToLong(ReplicaInfo::size)
                    .sum();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The broker did not return its log sizes", e.getCause());
        }
    }

    /** A process and its children: the PostgreSQL server has one process per session. */
    private static long[] family(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.children()))
                .mapToLong(ProcessHandle::pid)
                .toArray();
    }

    /** User and system time, also of the terminated children: fields 14 to 17. */
    private static long cpuMs(long pid) {
        long ticks = 0;
        for (long each : family(pid)) {
            String stat = Proc.text(each + "/stat");
            // The second field is a name in parentheses, which may contain spaces.
            ticks += Stream.of(stat.substring(stat.lastIndexOf(')') + 1).split(" ", -1))
                    .skip(12)
                    .limit(4)
                    .mapToLong(Long::parseLong)
                    .sum();
        }
        return ticks * MS_PER_TICK;
    }

    private static long peakMb(long pid) {
        long[] family = family(pid);
        return family.length == 1
                ? Proc.megabytes(pid + "/status", "VmHWM:")
                : LongStream.of(family)
                        .map(each -> Proc.megabytes(each + "/smaps_rollup", "Pss:"))
                        .sum();
    }
}
