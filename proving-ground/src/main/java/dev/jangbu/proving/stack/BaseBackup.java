package dev.jangbu.proving.stack;

import dev.jangbu.local.stack.DataDirectory;
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

/** A base backup of a stack's PostgreSQL server, with the WAL until its end. */
public final class BaseBackup {

    private static final String PART = "postgres";
    private static final Duration END_LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(10);

    private final EphemeralStack stack;
    private final Path server;
    private final Path folder;

    private BaseBackup(EphemeralStack stack) {
        this.stack = stack;
        this.server = stack.data().resolve(PART);
        this.folder = stack.data().resolve(PART + "-backup");
    }

    /**
     * Takes a backup of the running server by PostgreSQL's low-level API. It replaces an earlier one of the stack.
     *
     * @see <a href="https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP">Making a Base
     *     Backup Using the Low Level API</a>
     */
    public static BaseBackup take(EphemeralStack stack) throws IOException, SQLException {
        BaseBackup backup = new BaseBackup(stack);
        DataDirectory.delete(backup.folder);
        backup.copyServer();
        return backup;
    }

    private void copyServer() throws IOException, SQLException {
        try (Connection superuser = stack.address().openAs("postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute("SELECT pg_backup_start('proving-ground', true)");
            Path wal = server.resolve("pg_wal");
            Path slots = server.resolve("pg_replslot");
            copy(server, folder, path -> path.equals(wal) || path.equals(slots) || path.endsWith("postmaster.pid"));
            try (ResultSet row = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                row.next();
                Files.writeString(folder.resolve("backup_label"), row.getString(1));
            }
            Files.createDirectory(folder.resolve("pg_replslot"));
            copy(wal, folder.resolve("pg_wal"), path -> false);
        }
    }

    /** Puts the backup in the place of the stopped server's data, which are deleted. */
    public void restore() throws IOException {
        Path lost = stack.data().resolve(PART + "-lost");
        Files.move(server, lost);
        Files.move(folder, server);
        DataDirectory.delete(lost);
    }

    /**
     * Kills the running server with all its processes and restores the backup. The supervisor, paused meanwhile, starts
     * the server again.
     */
    public void killAndRestore() throws IOException, InterruptedException {
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
            restore();
        } finally {
            supervisor.resume();
        }
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
