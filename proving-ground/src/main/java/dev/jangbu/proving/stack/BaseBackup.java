package dev.jangbu.proving.stack;

import dev.jangbu.local.stack.DataDirectory;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A base backup of a stack's running PostgreSQL server, with the WAL until its end, by PostgreSQL's low-level API.
 *
 * @see <a href="https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP">Making a Base
 *     Backup Using the Low Level API</a>
 */
public final class BaseBackup {

    private static final String PART = "postgres";
    private static final Duration END_LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(10);

    private BaseBackup() {}

    /** Whether the backup has the replication slots. {@code pg_basebackup} leaves them out, a copy of all files does not. */
    public enum Slots {
        LEFT_OUT,
        KEPT
    }

    /**
     * Takes a backup. The server goes on meanwhile.
     *
     * @param data the stack's data directory
     * @return the folder of the backup, beside the server's
     */
    public static Path take(Installation stack, Path data, Slots slots) throws SQLException, IOException {
        Path backup = Files.createTempDirectory(data, "postgres-backup-");
        Files.delete(backup);
        try {
            copyServer(stack, data, backup, slots);
            return backup;
        } catch (SQLException | IOException e) {
            DataDirectory.delete(backup);
            throw e;
        }
    }

    private static void copyServer(Installation stack, Path data, Path backup, Slots slots)
            throws SQLException, IOException {
        Path server = server(data);
        Path wal = server.resolve("pg_wal");
        Path slotFiles = server.resolve("pg_replslot");
        try (Connection superuser = stack.openAs("postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute("SELECT pg_backup_start('base backup', true)");
            copy(
                    server,
                    backup,
                    path -> path.equals(wal)
                            || path.endsWith("postmaster.pid")
                            || (slots == Slots.LEFT_OUT && path.startsWith(slotFiles) && !path.equals(slotFiles)));
            try (ResultSet row = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                row.next();
                Files.writeString(backup.resolve("backup_label"), row.getString(1));
            }
            copy(wal, backup.resolve("pg_wal"), path -> false);
        }
    }

    /** Ends two segments of the WAL, as {@code archive_timeout} would: its end moves by 16 to 32 MB. */
    public static void advanceWal(Installation stack) throws SQLException {
        try (Connection superuser = stack.openAs("postgres");
                Statement statement = superuser.createStatement()) {
            for (int segment = 0; segment < 2; segment++) {
                // A segment that is empty is not ended.
                statement.execute("SELECT pg_logical_emit_message(false, 'proving-ground', '')");
                statement.execute("SELECT pg_switch_wal()");
            }
        }
    }

    /**
     * Replaces the files of the stopped server by a backup.
     *
     * @return the folder of the replaced files
     */
    public static Path restore(Path backup, Path data) throws IOException {
        Path lost = Files.createTempDirectory(data, "postgres-lost-");
        Files.delete(lost);
        Files.move(server(data), lost);
        Files.move(backup, server(data));
        return lost;
    }

    /**
     * Kills the running server with all its processes and replaces its files by a backup. The supervisor, paused
     * meanwhile, starts the server again. The replaced files are deleted.
     */
    public static void killAndRestore(EphemeralStack stack, Path backup) throws IOException, InterruptedException {
        ProcessPause supervisor = ProcessPause.ofAlone(stack.supervisor());
        try {
            List<ProcessHandle> processes = new ArrayList<>();
            stack.process(PART).ifPresent(running -> {
                processes.add(running);
                try (Stream<ProcessHandle> children = running.descendants()) {
                    children.forEach(processes::add);
                }
            });
            processes.forEach(ProcessHandle::destroyForcibly);
            if (!Await.holds(END_LIMIT, POLL, () -> processes.stream().noneMatch(ProcessHandle::isAlive))) {
                throw new IllegalStateException("PostgreSQL does not end: " + processes);
            }
            DataDirectory.delete(restore(backup, stack.data()));
        } finally {
            supervisor.resume();
        }
    }

    /** The files of a stack's server. */
    public static Path server(Path data) {
        return data.resolve(PART);
    }

    /** Keeps the permissions: PostgreSQL refuses a data directory that others can read. A file may disappear meanwhile. */
    private static void copy(Path from, Path to, Predicate<Path> without) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (without.test(folder)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.copy(folder, to.resolve(from.relativize(folder).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!without.test(file)) {
                    try {
                        Files.copy(
                                file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
                    } catch (NoSuchFileException e) {
                        return FileVisitResult.CONTINUE;
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }
}
