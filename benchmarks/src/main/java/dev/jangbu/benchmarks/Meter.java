package dev.jangbu.benchmarks;

import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;

/** Reads resource use of a round from the kernel (proc(5)), PostgreSQL and the broker. */
final class Meter implements AutoCloseable {

    private static final long MS_PER_TICK = 10;
    private static final Path PROC = Path.of("/proc");

    private final Connection postgres;
    private final Admin admin;

    Meter(Installation stack) throws SQLException {
        this.postgres = stack.openAs("postgres");
        this.admin = Admin.create(Map.of("bootstrap.servers", stack.kafka()));
    }

    /** A reading of the counters. */
    record MeterReading(Map<String, Long> pids, Map<String, Long> cpuMs, long walBytes, long kafkaBytes) {}

    /**
     * Reads the counters and resets the memory peaks.
     *
     * @param pids by the name in the report
     */
    MeterReading start(Map<String, Long> pids) throws IOException, SQLException, InterruptedException {
        for (long pid : pids.values()) {
            resetPeak(pid);
        }
        return read(pids);
    }

    /** The resources used since a reading. */
    Usage since(MeterReading before) throws IOException, SQLException, InterruptedException {
        MeterReading after = read(before.pids());
        Map<String, Long> cpuMs = new TreeMap<>();
        Map<String, Long> peakMb = new TreeMap<>();
        for (Map.Entry<String, Long> process : before.pids().entrySet()) {
            String name = process.getKey();
            cpuMs.put(
                    name, after.cpuMs().getOrDefault(name, 0L) - before.cpuMs().getOrDefault(name, 0L));
            peakMb.put(name, peakKb(process.getValue()) >> 10);
        }
        return new Usage(cpuMs, peakMb, after.walBytes() - before.walBytes(), after.kafkaBytes() - before.kafkaBytes());
    }

    /** Forces a checkpoint, so that a round does not pay for the previous one. */
    void checkpoint() throws SQLException {
        try (Statement statement = postgres.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    /** Committed transactions of both databases. */
    long commits() throws SQLException {
        return number("SELECT sum(xact_commit)::bigint FROM pg_stat_database WHERE datname LIKE 'jangbu\\_%'");
    }

    @Override
    public void close() throws SQLException {
        postgres.close();
        admin.close();
    }

    private MeterReading read(Map<String, Long> pids) throws IOException, SQLException, InterruptedException {
        Map<String, Long> cpuMs = new TreeMap<>();
        for (Map.Entry<String, Long> process : pids.entrySet()) {
            long ms = 0;
            for (long pid : withChildren(process.getValue())) {
                ms += cpuMs(pid);
            }
            cpuMs.put(process.getKey(), ms);
        }
        return new MeterReading(
                pids, cpuMs, number("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"), kafkaBytes());
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

    /** The PostgreSQL server has one process per session. */
    private static List<Long> withChildren(long pid) {
        List<Long> all = new ArrayList<>(List.of(pid));
        ProcessHandle.of(pid)
                .ifPresent(process -> process.children().map(ProcessHandle::pid).forEach(all::add));
        return all;
    }

    /** User and system time of a process and of its terminated children, ms. */
    private static long cpuMs(long pid) throws IOException {
        String stat;
        try {
            stat = Files.readString(PROC.resolve(pid + "/stat"));
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            if (Files.notExists(PROC.resolve(Long.toString(pid)))) {
                return 0;
            }
            throw e;
        }
        // The second field is a name in parentheses, which may contain spaces.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int field = 11; field <= 14; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * MS_PER_TICK;
    }

    private static void resetPeak(long pid) {
        try {
            Files.writeString(PROC.resolve(pid + "/clear_refs"), "5");
        } catch (IOException ignored) {
            // Not permitted: the peak since the process start is reported.
        }
    }

    private static long peakKb(long pid) throws IOException {
        List<Long> all = withChildren(pid);
        if (all.size() == 1) {
            return kilobytes(PROC.resolve(pid + "/status"), "VmHWM:");
        }
        long sum = 0;
        for (long each : all) {
            sum += kilobytes(PROC.resolve(each + "/smaps_rollup"), "Pss:");
        }
        return sum;
    }

    private static long kilobytes(Path file, String field) throws IOException {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(field)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }
}
