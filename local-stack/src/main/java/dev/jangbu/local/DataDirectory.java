package dev.jangbu.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where one stack keeps everything it has: data, logs, pid files, secrets. One {@code up} at a time holds it.
 *
 * @param root the directory, absolute
 */
record DataDirectory(Path root) {

    private static final long LEAST_FREE_BYTES = 1L << 30;

    /** What {@code --fresh} removes; anything else that lies in the directory isn't ours. */
    private static final List<String> OURS =
            List.of("postgres", "kafka", "streams", "psp", "logs", "run", "secrets.properties", "dev.json");

    DataDirectory {
        root = root.toAbsolutePath().normalize();
    }

    Path dir(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path logFile(String part) {
        return dir("logs").resolve(part + ".log");
    }

    Path pidFile(String part) {
        return dir("run").resolve(part + ".pid");
    }

    Path devJson() {
        return root.resolve("dev.json");
    }

    Path secrets() {
        return root.resolve("secrets.properties");
    }

    /**
     * Takes the directory for this process, until it ends.
     *
     * @throws CommandException if it can't be written, another process has it, or the disk is nearly full
     */
    FileLock lock() {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new CommandException(
                        "A stack is already running on %s: process %s. Stop it with Ctrl-C or kill %s."
                                .formatted(root, holder(), holder()));
            }
            requireSpace();
            return lock;
        } catch (IOException e) {
            throw new CommandException(
                    "The data directory %s can't be used: %s. Choose another with --data.".formatted(root, e), e);
        }
    }

    /** Removes all data. Only for who holds the lock, while no part runs. */
    void clear() {
        for (String name : OURS) {
            try {
                delete(root.resolve(name));
            } catch (IOException e) {
                throw new CommandException("%s can't be removed: %s".formatted(root.resolve(name), e), e);
            }
        }
    }

    /** Deletes a file, or a folder with all that is in it, if it is there. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void requireSpace() throws IOException {
        FileStore disk = Files.getFileStore(root);
        long free = disk.getUsableSpace();
        if (free < LEAST_FREE_BYTES) {
            throw new CommandException("Only %d MiB are free on the disk of %s; the stack needs at least %d MiB."
                    .formatted(free >> 20, root, LEAST_FREE_BYTES >> 20));
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private String holder() {
        try {
            return Files.readString(pidFile("supervisor")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
