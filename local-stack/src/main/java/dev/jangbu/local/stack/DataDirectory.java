package dev.jangbu.local.stack;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.StackDescriptor;
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
 * The directory of a stack's data, logs, pid files and secrets. One process of {@code up} locks it at a time.
 *
 * @param root the directory, absolute
 */
public record DataDirectory(Path root) {

    private static final long MIN_FREE_BYTES = 1L << 30;

    /** The entries that {@code --fresh} removes. All others stay. */
    private static final List<String> STACK_FILES =
            List.of("postgres", "kafka", "streams", "psp", "logs", "run", "secrets.properties", StackDescriptor.FILE);

    public DataDirectory {
        root = root.toAbsolutePath().normalize();
    }

    public Path dir(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path logFile(String part) {
        return dir("logs").resolve(part + ".log");
    }

    public Path pidFile(String part) {
        return dir("run").resolve(part + ".pid");
    }

    public Path descriptor() {
        return root.resolve(StackDescriptor.FILE);
    }

    public Path secrets() {
        return root.resolve("secrets.properties");
    }

    /**
     * Locks the directory until this process ends.
     *
     * @throws CommandException if it is not writable, another process has locked it, or the disk has less than 1 GiB
     */
    public FileLock lock() {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new CommandException(
                        "A stack is already running on %s: process %s. Stop it with Ctrl-C, or kill %s."
                                .formatted(root, holder(), holder()));
            }
            requireFreeSpace();
            return lock;
        } catch (IOException e) {
            throw new CommandException(
                    "The data directory %s is not usable: %s. Choose another with --data.".formatted(root, e), e);
        }
    }

    /** Removes all data. The caller holds the lock, and no part runs. */
    public void clear() {
        for (String name : STACK_FILES) {
            try {
                delete(root.resolve(name));
            } catch (IOException e) {
                throw new CommandException("%s can't be removed: %s".formatted(root.resolve(name), e), e);
            }
        }
    }

    /** Deletes a file or folder with its content, if it exists. */
    public static void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void requireFreeSpace() throws IOException {
        FileStore disk = Files.getFileStore(root);
        long free = disk.getUsableSpace();
        if (free < MIN_FREE_BYTES) {
            throw new CommandException("The disk of %s has %d MiB free; the stack needs %d MiB."
                    .formatted(root, free >> 20, MIN_FREE_BYTES >> 20));
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
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
